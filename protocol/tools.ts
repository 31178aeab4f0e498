/** What language models may ask of LIF Lab, in the editor and through `lif mcp`. Deleting is not among it. */

export interface ToolTraits {
  title: string;
  description: string;
  /** What a person is asked before it is done; absent for tools that only read. */
  question?: string;
  /** Opens data files or starts processes, which needs a trusted workspace. */
  needsTrust: boolean;
}

export const TOOLS = {
  list: {
    title: 'List runs',
    description:
      'Lists the newest runs of the workspace: study, variant, seed, state, progress, scores. Scores are of the validation set where there is one.',
    needsTrust: false,
  },
  show: {
    title: 'Show a run',
    description: 'One run in full: state, scores, warnings with what cures them, settings and the end of its log.',
    needsTrust: false,
  },
  compare: {
    title: 'Compare variants',
    description:
      'The variants of an experiment file (*.lif.yaml) by their finished runs: means, values by seed and a verdict for each. Quote "sentence" of a verdict; where "decided" is false nothing may be claimed, also not that two are equal.',
    needsTrust: false,
  },
  events: {
    title: 'What happened',
    description:
      'What happened to the runs since a cursor of an earlier answer: began, finished epochs, warnings, finished, failed. Without a cursor from the first event.',
    needsTrust: false,
  },
  validate: {
    title: 'Validate an experiment file',
    description:
      'Checks an experiment file: mistakes with line, column and suggestion, the runs that it asks for, parameters, and how long they will take here, for which each variant is trained for two seconds. No run is written.',
    needsTrust: true,
  },
  wait: {
    title: 'Wait for runs',
    description:
      'Waits until a run is warned of something that keeps it from learning, until all have ended, or until the time is over.',
    needsTrust: false,
  },
  run: {
    title: 'Train an experiment',
    description:
      'Trains what is missing of an experiment file in the background and answers with the ids of the runs; then use wait, events and compare.',
    question: 'Train what is missing of this experiment file? It uses the cores of this machine until it is done.',
    needsTrust: true,
  },
  stop: {
    title: 'Stop runs',
    description: 'Stops runs after a last checkpoint. They are not lost: run goes on with them.',
    question: 'Stop these runs after a last checkpoint? They can go on later.',
    needsTrust: true,
  },
} as const satisfies Record<string, ToolTraits>;

export type ToolName = keyof typeof TOOLS;
export const TOOL_NAMES = Object.keys(TOOLS) as ToolName[];

export const traitsOf = (name: ToolName): ToolTraits => TOOLS[name];

/** What a tool said: a JSON document as text, which is a failure where `failed`. */
export interface ToolAnswer {
  text: string;
  failed: boolean;
}
