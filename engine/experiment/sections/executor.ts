/** `executor` and `slurm`: where the runs of a study are trained. None of it changes a bit of what comes out. */
import * as z from 'zod';

export const EXECUTORS = ['local', 'slurm'] as const;

export const executorSchema = z
  .enum(EXECUTORS)
  .describe(
    'Where the runs are trained: `local`, in processes of this machine, or `slurm`, as tasks of a Slurm cluster. `lif run --executor` and the setting `LIF Lab.executor` come before it (docs/cluster.md).',
  )
  .meta({ examples: ['slurm'] });

/** Words of sbatch: one argument each, and never the beginning of another. */
const word = z.string().regex(/^[\w][\w.,:+@%/-]{0,199}$/);

/** As Slurm writes times: minutes, M:S, H:M:S, D-H, D-H:M or D-H:M:S. */
const TIME = /^(?:\d{1,6}|\d{1,6}:\d{1,2}|\d{1,5}:\d{1,2}:\d{1,2}|\d{1,4}-\d{1,2}(?::\d{1,2}){0,2})$/;

export const slurmSchema = z
  .strictObject({
    partition: word.optional().describe('`--partition`: which nodes; several with commas between them.'),
    account: word
      .optional()
      .describe('`--account`: who is charged. Digits are taken as they are written, leading zeros too.'),
    qos: word.optional().describe('`--qos`: quality of service.'),
    time: z
      .string()
      .regex(TIME)
      .default('1:00:00')
      .describe(
        '`--time`: limit of one task: minutes, `H:M:S`, `D-H` or `D-H:M:S`. A run that needs longer saves a checkpoint shortly before, goes back into the queue and goes on from there.',
      )
      .meta({ examples: ['4:00:00'] }),
    memory: z
      .string()
      .regex(/^\d{1,9}[KMGT]?$/)
      .default('2G')
      .describe('`--mem`: memory of one task, in MB without a unit.')
      .meta({ examples: ['4G'] }),
    cpus: z
      .int()
      .min(1)
      .max(1024)
      .default(1)
      .describe('`--cpus-per-task`: cores of one run, each with a thread. Bits do not depend on it.'),
    gpus: z.int().min(0).max(64).default(0).describe('`--gpus-per-task`: only native TensorFlow can use one.'),
    constraint: z
      .string()
      .regex(/^[\w[(][\w.,:+@%/&|*()[\]-]{0,199}$/)
      .optional()
      .describe('`--constraint`: features that the nodes must have.'),
    throttle: z
      .int()
      .min(1)
      .max(100_000)
      .optional()
      .describe('Tasks of the study that run at once, at most; as many as the cluster gives when left out.'),
    timeouts: z
      .int()
      .min(0)
      .max(10_000)
      .default(20)
      .describe('How often a run may reach its time limit and go on. Preemptions are not counted.'),
    setup: z
      .array(
        z
          .string()
          .regex(/^[^\n\r\0]*$/)
          .min(1)
          .max(1000),
      )
      .max(100)
      .default([])
      .describe(
        'Lines of bash that each task runs first, on the node; one that fails ends the task. They are the only part of the file that a shell reads, so only run files whose lines you would type yourself.',
      )
      .meta({ examples: [['module load nodejs/20']] }),
  })
  .describe(
    'What each task of a Slurm cluster asks for. It is not part of the settings: results stay valid when it changes.',
  )
  .meta({ examples: [{ partition: 'cpu', account: 'neuro', time: '4:00:00', cpus: 4, throttle: 50 }] });

export type ExecutorId = (typeof EXECUTORS)[number];
export type Slurm = z.output<typeof slurmSchema>;

/** Fields that stay text, whatever they look like: the account 0042 is no number. */
export const SLURM_TEXTS = ['partition', 'account', 'qos', 'time', 'memory', 'constraint'] as const;
