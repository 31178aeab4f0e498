/**
 * The run store on disk. One folder per run below `<workspace>/.lif/runs/<id>/`:
 *
 *   run.json       what the run is: spec and provenance; there before the folder has its name, and completed once
 *                  with the checksums of the data set when training has opened it
 *   status.json    where it stands; replaced atomically at least every second while it runs, and every five while
 *                  it is queued
 *   metrics.jsonl  one JSON object a line, only ever appended to
 *   log.txt        what a person would want to read when it failed
 *   stop           exists when somebody asked the run to stop
 *   lock           who writes the run; see lock.ts
 *   checkpoints/   <step>.safetensors, written aside and renamed into place: the last few, and as long as there is one the
 *                  checkpoint of the epoch that counts (metrics/history.ts), which the numbers of tables are of. While a
 *                  run goes on it is written with the next one, always before it; each is a place to resume from
 *   experiment.txt the text of the experiment file that it was made of, and what differed from the commit then; both as
 *   changes.diff   they were, read by people alone
 *   note.json      what somebody thinks of the run: a star, a note, tags; absent until then, replaced atomically
 *   analyses/      <analysis>-<key>.json: what was asked of a checkpoint, how far it is, the answer; replaced atomically.
 *                  Beside it .stop and .lock while it is worked on, as for the run
 *
 * Runs that a cluster carries out have, beside `runs/`, what Slurm was given and said: cluster.ts.
 *
 * A folder whose name begins with a dot is a run in the making. What belongs to a step is logged before its checkpoint
 * is written, so a checkpoint never knows more than the log.
 * Every reader treats all of it as hostile: a truncated last line is tolerated, garbage is reported and skipped.
 */
import * as z from 'zod';
import { isTag, MAX_TAGS } from '../../protocol/text/annotations.ts';
import { CAUSES } from '../../protocol/warnings.ts';

export const FORMAT_VERSION = 1 as const;

/** A running run writes its status at least this often. */
export const HEARTBEAT_MS = 1000;
/** On a cluster less often, since hundreds may write to one file system; whoever doubts a lock watches longer than this. */
export const CLUSTER_HEARTBEAT_MS = 2000;
/** Older than this, a run that says it is running is shown as interrupted, unless its process is seen to live. */
export const HEARTBEAT_TIMEOUT_MS = 15_000;

/** Remarks on the data of a run, and the length of each. */
export const [MAX_REMARKS, MAX_REMARK] = [20, 1000];

/** Names of machines have 255 signs at most. */
const MAX_HOST = 300;

export const provenanceSchema = z.object({
  engineVersion: z.string(),
  /** SHA-256 of the compiled kernels. */
  kernels: z.string(),
  /** That of the kernels for this machine's processor, where there are some, and the instructions that were to be used. */
  nativeKernels: z.string(),
  instructions: z.string(),
  /** Which TensorFlow, of the tfjs backend. */
  tensorflow: z.string(),
  node: z.string(),
  platform: z.string(),
  /** SHA-256 of the experiment file's text. */
  fileHash: z.string(),
  /** File → SHA-256 (or generator version) of what the data set was read from. */
  dataset: z.record(z.string(), z.string()),
  /** How many samples there were, which may be fewer than are published. Earlier builds did not say. */
  samples: z.object({ train: z.int().min(0), validation: z.int().min(0), test: z.int().min(0) }).optional(),
  /** What had to be said of the data when they were opened, a sentence each. Earlier builds said it in the log alone. */
  dataRemarks: z.array(z.string().max(MAX_REMARK)).max(MAX_REMARKS).optional(),
  gitCommit: z.string().optional(),
  gitDirty: z.boolean().optional(),
});

export const runFileSchema = z.object({
  format: z.literal(FORMAT_VERSION),
  id: z.string(),
  createdAt: z.number(),
  /** Where the experiment file lies, as seen from the folder of the store: true still after both have moved. */
  place: z.string().max(4096).optional(),
  /** SHA-256 of the settings and seed: two runs with the same key and engine have the same bits. */
  key: z.string(),
  /** The RunSpec; checked against the experiment schema when a run is resumed. */
  spec: z.looseObject({
    study: z.string(),
    variant: z.string(),
    seed: z.number(),
    file: z.string(),
    training: z.looseObject({ epochs: z.number() }),
  }),
  provenance: provenanceSchema.partial(),
  /** What is asked of it once it is trained: analysis → parameters. Not part of the key. */
  analyses: z.record(z.string().max(60), z.unknown()).optional(),
});

/** Of a run or analysis that a cluster carries out (cluster.ts). */
export const clusterSchema = z.object({
  /** Which submission, and which of its tasks. */
  submission: z.string().max(80),
  index: z.int().min(0),
  /** As Slurm names the task, once it has begun: 123_4. */
  task: z.string().max(60).optional(),
  /** How often it reached the time limit. */
  timeouts: z.int().min(0),
  /** CPU time that it used, and cores × time that it was given, over all its attempts. */
  cpuSeconds: z.number().min(0),
  givenSeconds: z.number().min(0),
  /** The state of Slurm with which its task ended, when the run had not: NODE_FAIL, say. */
  ended: z.string().max(40).optional(),
});

export const statusSchema = z.object({
  state: z.enum(['queued', 'running', 'finished', 'stopped', 'failed']),
  /** Process and machine that train it, and when the process started, where the platform tells (lock.ts). */
  pid: z.number().optional(),
  host: z.string().max(MAX_HOST).optional(),
  started: z.string().max(MAX_HOST).optional(),
  /** Milliseconds since 1970. */
  heartbeat: z.number(),
  epoch: z.number(),
  epochs: z.number(),
  /** [0, 1], also within an epoch. */
  progress: z.number(),
  /** Seconds of training, over all resumptions. */
  seconds: z.number(),
  samplesPerSecond: z.number(),
  message: z.string().optional(),
  /** Of a stopped run: that nobody asked, but its time was over. */
  stoppedBy: z.literal('max-seconds').optional(),
  cluster: clusterSchema.optional(),
});

/** An analysis: the request, replaced by its progress at least every second, and by the answer. */
export const analysisFileSchema = z.object({
  format: z.literal(FORMAT_VERSION),
  analysis: z.string(),
  /** Of the checkpoint: its weight updates. */
  checkpoint: z.number(),
  params: z.unknown(),
  state: z.enum(['queued', 'running', 'finished', 'stopped', 'failed']),
  pid: z.number().optional(),
  host: z.string().max(MAX_HOST).optional(),
  started: z.string().max(MAX_HOST).optional(),
  /** Milliseconds since 1970. */
  heartbeat: z.number(),
  /** [0, 1] */
  progress: z.number(),
  message: z.string().optional(),
  cluster: clusterSchema.optional(),
  /** As the analysis describes it; what there is of it while it is not finished. */
  result: z.unknown().optional(),
});
/** A note is a remark, and no diary. */
export const MAX_NOTE = 2000;

export const noteSchema = z.object({
  format: z.literal(FORMAT_VERSION),
  starred: z.boolean(),
  note: z.string().max(MAX_NOTE),
  /** Absent in notes of earlier versions. */
  tags: z.array(z.string().refine(isTag)).max(MAX_TAGS).default([]),
});

/** A line of the log with more numbers than this is none. */
const MAX_LAYERS = 256;

const score = z.object({ loss: z.number().nullable(), accuracy: z.number().nullable() });

/** Of the learned leaks of a layer. */
export const leakSpread = z.object({
  mean: z.number(),
  least: z.number(),
  lowerQuartile: z.number(),
  median: z.number(),
  upperQuartile: z.number(),
  greatest: z.number(),
});

/**
 * Lines of metrics.jsonl. Non-finite numbers are written as null. After a `resume` line, what was logged beyond its
 * step counts no more: readers drop it, so the log itself is never rewritten.
 */
export const metricSchema = z.discriminatedUnion('kind', [
  /**
   * Training loss and accuracy, averaged over the weight updates since the last such line. `step` counts updates,
   * `epoch` is a fraction: 1.5 is halfway through the second.
   */
  z.object({ kind: z.literal('train'), step: z.number(), epoch: z.number(), ...score.shape }),
  /** After a whole epoch; `epoch` counts the epochs done. */
  z.object({
    kind: z.literal('epoch'),
    step: z.number(),
    epoch: z.number(),
    learningRate: z.number(),
    train: score,
    validation: score.optional(),
    test: score.optional(),
    /** Mean spikes per neuron and step in each spiking layer, on the test set. */
    spikeRates: z.array(z.number()).max(MAX_LAYERS).optional(),
    /** The leak k over the neurons of each layer after this epoch; null where it is fixed, absent where all are. */
    leaks: z.array(leakSpread.nullable()).max(MAX_LAYERS).optional(),
    /**
     * Of a probe of at most 16 training samples, always the same, after the last update of the epoch, dropout off, by
     * layer. The share of its potentials u (over samples, steps, neurons) with |u − θ| < width of the surrogate, null in
     * layers that do not spike; and the Euclidean norm of the gradient of the mean loss by the layer's parameters.
     */
    windowShares: z.array(z.number().nullable()).max(MAX_LAYERS).optional(),
    gradientNorms: z.array(z.number().nullable()).max(MAX_LAYERS).optional(),
    /** Of this epoch; the only field that is not the same in every repetition of a run. */
    seconds: z.number(),
  }),
  /**
   * Spike rates of neurons in that probe, before the epoch's line of the same step, for a picture over neurons and epochs.
   * A layer of N neurons is cut into G ≤ 256 groups of neighbours, group g being [⌊g·N/G⌋, ⌊(g+1)·N/G⌋); a group's mean
   * rate r (spikes per neuron and step) is the byte b = round(255·√r), so that r ≈ (b/255)². At most 1024 groups in all.
   * Where each neuron learns a leak, a group's mean k is the byte round(255·k).
   */
  z.object({
    kind: z.literal('neurons'),
    step: z.number(),
    epoch: z.number(),
    /** By layer; null where it does not spike. `rates` and `leaks`: base64 of the G bytes. */
    layers: z
      .array(
        z
          .object({
            neurons: z.int().min(1).max(1e7),
            rates: z.base64().min(4).max(344),
            leaks: z.base64().min(4).max(344).optional(),
          })
          .nullable(),
      )
      .max(MAX_LAYERS),
  }),
  /**
   * What is wrong with the network, the deepest cause alone (training/health): written at every look that sees it, before
   * the epoch's line of the same step, and once within the first epoch. An epoch's line without one says that it is over.
   * A script that waits for trouble waits for the first line of this kind.
   */
  z.object({
    kind: z.literal('warning'),
    step: z.number(),
    epoch: z.number(),
    cause: z.enum(CAUSES),
    /** Counted from 1; absent: the whole network. */
    layer: z.int().min(1).max(MAX_LAYERS).optional(),
    /** Path of the field of the experiment file that cures it: `network.hidden[1].neuron.threshold`. */
    field: z.string().max(200),
    sentence: z.string().max(1000),
  }),
  z.object({ kind: z.literal('resume'), step: z.number(), epoch: z.number() }),
]);

export type Provenance = z.output<typeof provenanceSchema>;
export type RunFile = z.output<typeof runFileSchema>;
export type Note = z.output<typeof noteSchema>;
export type Status = z.output<typeof statusSchema>;
export type ClusterTask = z.output<typeof clusterSchema>;
export type AnalysisFile = z.output<typeof analysisFileSchema>;
export type MetricLine = z.output<typeof metricSchema>;
