import { Token } from '@lumino/coreutils';
import type { IDisposable } from '@lumino/disposable';
import type { ISignal } from '@lumino/signaling';
import type { IJob } from './api';

/** Work that takes long, on the server: what is known of it, kept up to date by events. */
export interface IJobs {
  /** By id; those that ended not long ago are there too. */
  readonly jobs: ReadonlyMap<string, IJob>;

  /** Resolves when the jobs of before are known. */
  readonly loaded: Promise<void>;

  /** Whether events come, or will as soon as the page is looked at. */
  readonly connected: boolean;

  /** Emits the jobs that changed. */
  readonly changed: ISignal<IJobs, readonly IJob[]>;

  /** Emits false when events stop, and true each time they begin: what was read before may be old then. */
  readonly connectionChanged: ISignal<IJobs, boolean>;

  /** The latest job that is or was done to something. */
  latest(subject: string): IJob | undefined;

  /** Take in what a route answered, before the events tell it. */
  add(job: IJob): void;

  /** Follow a job's log until it is disposed. */
  log(id: string): IJobLog;

  /** Ask a job to stop. */
  cancel(id: string): Promise<void>;

  /** The server's time, for what is measured against its timestamps. */
  now(): number;

  /**
   * Say what the status bar's line does when it is clicked.
   *
   * @param prefix - of the subjects that a panel shows, such as `environment:`
   */
  revealWith(prefix: string, reveal: (subject: string) => void): void;

  /** Show a job in its panel. */
  reveal(job: IJob): void;
}

/** A log that grows. */
export interface IJobLog extends IDisposable {
  readonly text: string;
  readonly error: unknown;
  readonly changed: ISignal<IJobLog, void>;
}

export const IJobs = new Token<IJobs>('freezeout:IJobs', 'Work that takes long, and how far it is.');
