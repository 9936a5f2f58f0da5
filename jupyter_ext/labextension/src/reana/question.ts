/** What is unfolded in the panel to be filled in or answered. */

/** What unfolds below the head of the panel. */
export type Form = 'connect' | 'disconnect' | 'secrets';

/** What is asked before something is done with a workflow. */
export type What = 'delete' | 'prune' | 'restart' | 'rerun' | 'diff' | 'upload' | 'remove-files';

export interface IQuestion {
  readonly what: What;
  readonly id: string;
}
