package dev.ffs.exec.lxd;

import org.apiguardian.api.API;

/**
 * A container as it was when somebody looked: {@link LxdClient#container} looks again.
 *
 * <p>Two are equal if they are the same container in the same state.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class LxdContainer {

  /** What a container does. */
  public enum Status {
    /** Commands can run in it. */
    RUNNING,
    /** It has no processes. */
    STOPPED,
    /** Its processes are there but do not run. */
    FROZEN,
    /** It is on its way from one to another, or LXD does not know. */
    OTHER
  }

  // DHCP takes a few.
  private static final int SECONDS_FOR_NETWORK = 20;

  private final LxdClient client;
  private final String name;
  private final String project;
  private final Status status;

  LxdContainer(LxdClient client, String name, String project, Status status) {
    this.client = client;
    this.name = name;
    this.project = project;
    this.status = status;
  }

  /**
   * Returns its name, without that of its server.
   *
   * @return the name
   */
  public String name() {
    return name;
  }

  /**
   * Returns what it did when somebody looked.
   *
   * @return the status
   */
  public Status status() {
    return status;
  }

  /**
   * Sees to it that it has what a build needs.
   *
   * @param networkInterface the interface that leads to a network, in case something must be
   *     installed
   * @throws LxdException if something is missing afterwards; its message names it
   */
  void provision(String networkInterface) {
    new ContainerTools(this, client.cancellation(), SECONDS_FOR_NETWORK).provide(networkInterface);
  }

  /** Returns the client that found it. */
  LxdClient client() {
    return client;
  }

  /** Returns the LXD project that it belongs to. */
  String project() {
    return project;
  }

  /** Returns its name as {@code lxc} is told it: with that of its server, if it has one. */
  String reference() {
    return client.reference(name);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof LxdContainer that
        && reference().equals(that.reference())
        && project.equals(that.project)
        && status == that.status;
  }

  @Override
  public int hashCode() {
    return reference().hashCode();
  }

  /** Returns the name as {@code lxc} is told it. */
  @Override
  public String toString() {
    return reference();
  }
}
