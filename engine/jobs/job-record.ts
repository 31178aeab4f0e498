/** What the store holds of a job, whatever kind it is of: all that an executor needs to queue, watch and end it. */
import type { Lock } from '../base/lock.ts';
import {
  answerPlaceOf,
  clearAnalysisStop,
  isAnalysisStopped,
  lockAnalysis,
  readAnalysis,
  stopAnalysis,
  updateAnalysis,
} from '../runs/analyses.ts';
import { acquireRunLock, idOf, runExists, storeOf } from '../runs/folder.ts';
import type { ClusterTask } from '../runs/format.ts';
import { readStatus } from '../runs/read.ts';
import { clearStop, isStopRequested, requestStop, type StatusPatch, updateStatus } from '../runs/write.ts';
import type { Job } from './job.ts';

type Patch = Pick<StatusPatch, 'state' | 'pid' | 'host' | 'started' | 'message' | 'cluster'>;

export interface JobRecord {
  /** Folder of the run. */
  run: string;
  /** `RUN of STORE`, as others read it. */
  title: string;
  exists(): boolean;
  state(): string | undefined;
  /** Its task on a cluster, where it has one. */
  cluster(): ClusterTask | undefined;
  update(patch: Patch): void;
  lock(): Lock;
  requestStop(): void;
  isStopRequested(): boolean;
  clearStop(): void;
}

export function recordOf(job: Job): JobRecord {
  const { run } = job;
  const title = `${idOf(run)} of ${storeOf(run)}`;
  const exists = () => runExists(run);
  if (job.kind === 'train')
    return {
      run,
      title,
      exists,
      state: () => stateIn(readStatus(run)),
      cluster: () => clusterIn(readStatus(run)),
      update: (patch) => void updateStatus(run, { ...patch, ...(patch.state !== 'queued' && { samplesPerSecond: 0 }) }),
      lock: () => acquireRunLock(run),
      requestStop: () => requestStop(run),
      isStopRequested: () => isStopRequested(run),
      clearStop: () => clearStop(run),
    };
  const place = answerPlaceOf(run, job.analysis, job.key);
  return {
    run,
    title: `${job.analysis} for ${title}`,
    exists,
    state: () => stateIn(readAnalysis(place)),
    cluster: () => clusterIn(readAnalysis(place)),
    update: (patch) => updateAnalysis(place, patch),
    lock: () => lockAnalysis(place),
    requestStop: () => stopAnalysis(place),
    isStopRequested: () => isAnalysisStopped(place),
    clearStop: () => clearAnalysisStop(place),
  };
}

function stateIn(file: { value: { state: string } } | { damage: string }): string | undefined {
  return 'value' in file ? file.value.state : undefined;
}

function clusterIn(
  file: { value: { cluster?: ClusterTask | undefined } } | { damage: string },
): ClusterTask | undefined {
  return 'value' in file ? file.value.cluster : undefined;
}
