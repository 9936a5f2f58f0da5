/** What is run: the id of an experiment, or the path of a notebook below the server's root. */
export interface IThing {
  readonly experiment?: string;
  readonly notebook?: string;
}

/** What tells one form from another. */
export function key({ experiment, notebook }: IThing): string {
  return experiment ? `experiment-${experiment}` : (notebook ?? '');
}
