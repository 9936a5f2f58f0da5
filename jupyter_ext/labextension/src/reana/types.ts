/** What the routes of REANA tell: the schemas `Reana…` of openapi.yaml. */
import type { ReadonlyPartialJSONObject, ReadonlyPartialJSONValue } from '@lumino/coreutils';
import type { IConnection as IAnyConnection } from '../connections/types';

/** REANA's own client, by which all servers are asked. */
export interface IClient {
  readonly state: 'built' | 'building' | 'missing' | 'unavailable';
  readonly message: string;
}

export interface IConnections {
  readonly connections: readonly IConnection[];
  readonly client: IClient;
}

export interface IConnection extends IAnyConnection {
  readonly kind: 'embedded' | 'configured' | 'kept';
  readonly user: string | null;
  readonly preferred: boolean;
  readonly removable: boolean;
}

export type Status =
  'created' | 'pending' | 'queued' | 'running' | 'finished' | 'failed' | 'stopped' | 'deleted';

export interface IProgress {
  readonly total: number;
  readonly running: number;
  readonly finished: number;
  readonly failed: number;

  /** Of the step that runs. */
  readonly step: string;
}

export interface ISession {
  readonly type: string;
  readonly status: string;
  readonly url: string;
}

export interface IWorkflow {
  readonly id: string;
  readonly name: string;
  readonly run: string;
  readonly full_name: string;
  readonly status: Status;
  readonly created: string | null;
  readonly started: string | null;
  readonly finished: string | null;
  readonly progress: IProgress;
  readonly size_bytes: number | null;
  readonly session: ISession | null;

  /** Of one group of runs, how many there are. */
  readonly runs: number | null;
  readonly experiment: string | null;
}

export interface IRetention {
  readonly files: string;
  readonly days: number;
  readonly applied_at: string | null;
}

export interface IWholeWorkflow extends IWorkflow {
  /** As YAML. */
  readonly specification: string;
  readonly parameters: ReadonlyPartialJSONObject;
  readonly options: ReadonlyPartialJSONObject;
  readonly retention: readonly IRetention[];
  readonly kind: 'experiment' | 'notebook' | 'scan' | 'other';
  readonly environment: string | null;
}

export interface IStep {
  readonly id: string;
  readonly name: string;
  readonly status: string;
  readonly command: string;
  readonly image: string;
  readonly backend: string;
  readonly started: string | null;
  readonly finished: string | null;
  readonly log: string;
  readonly log_bytes: number;
  readonly truncated: boolean;
}

export interface ILogs {
  readonly status: Status;
  readonly workflow_log: string;
  readonly engine_log: string;
  readonly steps: readonly IStep[];
}

export interface IFile {
  readonly path: string;
  readonly size: number;
  readonly modified: string | null;
}

export interface IPage {
  readonly total: number;
  readonly page: number;
  readonly has_next: boolean;
}

export interface IWorkflows extends IPage {
  readonly workflows: readonly IWorkflow[];
}

export interface IFiles extends IPage {
  readonly files: readonly IFile[];
}

export interface IOutput {
  readonly kind: 'text' | 'error' | 'image';
  readonly text: string;
  readonly media_type: string;
  readonly data: string;
}

export interface ICell {
  readonly type: 'markdown' | 'code' | 'raw';
  readonly source: string;
  readonly count: number | null;
  readonly outputs: readonly IOutput[];
}

export interface IPreview {
  readonly kind: 'text' | 'image' | 'notebook' | 'table' | 'binary' | 'too_large';
  readonly path: string;
  readonly size: number;
  readonly truncated: boolean;

  /** Why it is not shown, or what is left out. */
  readonly message: string;
  readonly text?: string;
  readonly media_type?: string;

  /** Of an image, in base64. */
  readonly data?: string;
  readonly columns?: readonly string[];
  readonly rows?: readonly (readonly (string | number | boolean | null)[])[];
  readonly tables?: readonly string[];
  readonly cells?: readonly ICell[];
}

export interface IQuota {
  readonly resource: string;
  readonly used: number;
  readonly limit: number | null;
  readonly unit: 'bytes' | 'milliseconds';
  readonly health: string;
}

export interface IUsage {
  readonly quota: readonly IQuota[];
  readonly disk: {
    readonly bytes: number;
    readonly files: readonly { readonly path: string; readonly bytes: number }[];
    readonly truncated: boolean;
  } | null;
}

/** Never its value. */
export interface ISecret {
  readonly name: string;
  readonly type: 'env' | 'file';
}

export interface IDiff {
  readonly sections: Readonly<Record<string, string>>;
}

export interface IField {
  readonly name: string;
  readonly type: string;
  readonly default: ReadonlyPartialJSONValue;
  readonly value?: ReadonlyPartialJSONValue;
  readonly help: string;
  readonly unit: string;
  readonly minimum: number | null;
  readonly maximum: number | null;
  readonly choices: readonly ReadonlyPartialJSONValue[];
  readonly scannable: boolean;
}

export interface IChoice {
  readonly name: string;
  readonly title: string;
  readonly state: string;
  readonly image: string;
}

export interface IInput {
  readonly name: string;
  readonly path: string;
  readonly did: string | null;
  readonly bytes: number | null;
}

export interface IResources {
  /** Such as 2Gi. */
  readonly memory?: string;

  /** Such as 3600, 90m or 2h. */
  readonly time?: string;
  readonly backend?: string;
  readonly retention_days?: number;
}

export interface IForm {
  readonly kind: 'experiment' | 'notebook';
  readonly title: string;
  readonly name: string;
  readonly parameters: readonly IField[];
  readonly presets: Readonly<Record<string, ReadonlyPartialJSONObject>>;
  readonly environment: string;
  readonly environments: readonly IChoice[];
  readonly inputs: readonly IInput[];
  readonly resources: IResources;
}

export interface IProblem {
  readonly code: string;
  readonly message: string;
  readonly hint: string;
  readonly parameter: string | null;

  /** What else of the form it is about: name, environment, or one of the resources. */
  readonly field: string | null;
}

export interface IPlan {
  readonly yaml: string;
  readonly files: readonly { readonly path: string; readonly bytes: number }[];
  readonly steps: number;
  readonly problems: readonly IProblem[];
}

const LIVE: readonly Status[] = ['pending', 'queued', 'running'];

/** Whether something is still to come of it. */
export function isLive(status: Status): boolean {
  return LIVE.includes(status);
}
