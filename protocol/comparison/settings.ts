/** What variants and runs of a file were set to, beside each other: only what differs. */

/** What a run was trained with, and with what. */
export interface RunSettings {
  runId: string;
  /** In the order of the fields; null where those settings have no such field. Absent where this version cannot read them. */
  values?: (string | null)[];
  /** As far as it was written down. */
  commit?: string;
  /** Whether files differed from that commit. */
  dirty?: boolean;
  engine?: string;
}

export interface SettingsTable {
  /** Dotted paths in which any two of the variants and runs differ. */
  fields: string[];
  variants: { variant: string; values: (string | null)[] }[];
  runs: RunSettings[];
}
