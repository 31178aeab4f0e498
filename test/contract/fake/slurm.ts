/** A Slurm of this machine alone, for tests that need its commands and not its daemons (slurm.mjs). */
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const SCRIPT = fileURLToPath(new URL('slurm.mjs', import.meta.url));

export class FakeSlurm {
  private readonly bin: string;
  private readonly state: string;

  constructor(folder: string) {
    this.bin = join(folder, 'slurm-bin');
    this.state = join(folder, 'slurm-state');
    for (const each of [this.bin, this.state]) mkdirSync(each);
    for (const command of ['sbatch', 'squeue', 'sacct', 'scancel', 'scontrol']) {
      const path = join(this.bin, command);
      writeFileSync(path, `#!/bin/sh\nexec '${process.execPath}' '${SCRIPT}' '${this.state}' ${command} "$@"\n`);
      chmodSync(path, 0o755);
    }
  }

  /** Of whoever is to find these commands, and no others. */
  get path(): string {
    return `${this.bin}:${process.env.PATH}`;
  }

  /** Whether tasks have to wait. */
  set full(full: boolean) {
    if (full) writeFileSync(join(this.state, 'full'), '');
    else rmSync(join(this.state, 'full'), { force: true });
  }

  /** Sends a signal to a task, as Slurm does; `1_0` is task 0 of the first array. */
  signal(task: string, name: NodeJS.Signals): void {
    process.kill(Number(readFileSync(join(this.state, `${task}.pid`), 'utf8')), name);
  }
}
