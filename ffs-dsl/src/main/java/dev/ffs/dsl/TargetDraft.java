package dev.ffs.dsl;

import dev.ffs.diagnostic.Origin;
import dev.ffs.model.Target;
import dev.ffs.model.Target.Qemu;
import dev.ffs.model.Text;
import dev.ffs.model.Variable;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What was said about a target so far. */
final class TargetDraft implements TargetSpec {

  private final String id;
  private final Scope scope;
  private @Nullable Text triple;
  private @Nullable Text kernelArch;
  private @Nullable Text cflags;
  private @Nullable Qemu qemu;
  private final List<Variable> variables = new ArrayList<>();

  TargetDraft(String id, Scope scope) {
    this.id = id;
    this.scope = scope;
  }

  @Override
  public TargetSpec triple(String triple) {
    this.triple = scope.text("triple", triple);
    return this;
  }

  @Override
  public TargetSpec kernelArch(String arch) {
    kernelArch = scope.text("kernelArch", arch);
    return this;
  }

  @Override
  public TargetSpec cflags(String flags) {
    cflags = scope.text("cflags", flags);
    return this;
  }

  @Override
  public TargetSpec qemu(String arch) {
    qemu = new Qemu(scope.text("qemu", arch), null);
    return this;
  }

  @Override
  public TargetSpec qemu(String arch, String cpu) {
    Origin at = scope.once("qemu");
    qemu = new Qemu(Scope.text(arch, at), Scope.text(cpu, at));
    return this;
  }

  @Override
  public TargetSpec variable(String name, String value) {
    variables.add(scope.variable(name, value));
    return this;
  }

  Target toModel() {
    return new Target(
        id,
        scope.required("triple", triple),
        scope.required("kernelArch", kernelArch),
        scope.required("cflags", cflags),
        qemu,
        variables,
        scope.origin());
  }
}
