import { type ProcessSpec, SupervisedProcess, type SupervisorContext } from './supervised-process.ts';

export interface Supervisor {
  /** Starts processes together and resolves when all are ready. They are stopped together, too. */
  start(...specs: ProcessSpec[]): Promise<void>;
  /** Stops the groups, the last started first, each process within its own limit. Nothing can be started afterwards. */
  stop(): Promise<void>;
  /** Ends everything at once. */
  kill(): void;
}

export function createSupervisor(context: SupervisorContext): Supervisor {
  const groups: SupervisedProcess[][] = [];
  let isStopping = false;
  return {
    async start(...specs) {
      if (isStopping) throw new Error('The network is being stopped');
      const group = specs.map((spec) => new SupervisedProcess(spec, context));
      groups.push(group);
      const results = await Promise.allSettled(group.map((supervised) => supervised.start()));
      for (const result of results) if (result.status === 'rejected') throw result.reason;
    },
    async stop() {
      isStopping = true;
      for (const group of groups.toReversed())
        await Promise.all(group.map((supervised) => supervised.stop()));
    },
    kill() {
      isStopping = true;
      for (const supervised of groups.flat()) supervised.kill();
    },
  };
}
