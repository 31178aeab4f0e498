/** What was asked of the networks of a study, as figures and tables; what was not asked is said. */
import type { AnalysisId } from '../../../protocol/analyses/analyses.ts';
import { type Block, heading, paragraph } from '../document.ts';
import type { Group, Reported } from '../gather.ts';
import { attackBlocks } from './attack.ts';
import { differencesBlocks } from './differences.ts';
import { errorsBlocks, evaluateBlocks, resolutionBlocks, spikesBlocks } from './lines.ts';
import { embeddingBlocks, landscapeBlocks } from './planes.ts';
import { robustnessBlocks } from './robustness.ts';

type Writer<A extends AnalysisId> = (group: Group<A>, study: Reported) => Block[];

const WRITERS: { [A in AnalysisId]: { title: string; write: Writer<A> } } = {
  evaluate: { title: 'Classes', write: evaluateBlocks },
  spikes: { title: 'Spikes and what they cost (Figure 4 of the paper)', write: spikesBlocks },
  errors: { title: 'Errors through time (equations 12 and 13)', write: errorsBlocks },
  resolution: { title: 'Temporal resolution (Table 7)', write: resolutionBlocks },
  landscape: { title: 'Loss landscape (Figure 6)', write: landscapeBlocks },
  embedding: { title: 'Features of the last hidden layer (Figure 7)', write: embeddingBlocks },
  attack: { title: 'Adversarial attack (Figures 8 and 9)', write: attackBlocks },
  robustness: { title: 'Robustness', write: robustnessBlocks },
};

const IDS = Object.keys(WRITERS) as AnalysisId[];

export function analysisBlocks(study: Reported): Block[] {
  const asked = IDS.filter((id) => (study.groups[id]?.length ?? 0) > 0);
  const absent = IDS.filter((id) => !asked.includes(id));
  return [
    ...differencesBlocks(study, asked),
    ...asked.flatMap((id) => sectionOf(id, study)),
    ...(absent.length > 0 ? [paragraph({ strong: 'Not asked of these networks: ' }, `${absent.join(', ')}.`)] : []),
    ...study.left.map((sentence) => paragraph(sentence)),
  ];
}

function sectionOf<A extends AnalysisId>(id: A, study: Reported): Block[] {
  const { title, write } = WRITERS[id];
  const groups = study.groups[id] as Group<A>[];
  return groups.flatMap((group) => [heading(4, title), about(group), ...write(group, study)]);
}

/** Of how many networks, and with which parameters. */
function about({ answers, params }: Group): Block {
  const seeds = [...new Set(answers.map(({ run }) => run.seed))].sort((a, b) => a - b);
  const settings = Object.entries(params).map(([name, value]) => `${name}: ${JSON.stringify(value)}`);
  return paragraph(
    `${answers.length} networks (seeds ${seeds.slice(0, 30).join(', ')}), of the epoch that counts. Asked with `,
    { code: settings.join(', ') || 'defaults' },
    '.',
  );
}

/** Parameters and definitions of everything that was asked of any study. */
export function askedOf(studies: readonly Reported[]): AnalysisId[] {
  return IDS.filter((id) => studies.some(({ groups }) => (groups[id]?.length ?? 0) > 0));
}
