package dev.ffs.testkit;

import dev.ffs.exec.Executor;
import dev.ffs.exec.local.LocalExecutor;

class LocalExecutorContractIT extends ExecutorContract {

  @Override
  protected Executor newExecutor() {
    return new LocalExecutor();
  }

  @Override
  protected boolean hasTransport() {
    return false;
  }
}
