/** The form that runs something on REANA: what is filled in, and what the server makes of it. */
import { VDomModel } from '@jupyterlab/ui-components';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { ReadonlyPartialJSONObject, ReadonlyPartialJSONValue } from '@lumino/coreutils';
import { listExperiments } from '../../experiments/api';
import type { IExperiment } from '../../experiments/api';
import type { IJob } from '../../jobs/api';
import { describe } from '../../server/describe';
import type { ISaid } from '../../server/describe';
import type { IFreezeoutServer } from '../../server/tokens';
import type { ReanaApi } from '../api';
import type { ReanaModel } from '../model';
import type { IField, IForm, IPlan, IProblem } from '../types';
import type { IThing } from './thing';
import { read, readScan, shown } from './values';

export interface IRunOptions {
  readonly api: ReanaApi;
  readonly server: IFreezeoutServer;
  readonly model: ReanaModel;
  readonly trans: TranslationBundle;

  /** What is selected in the file browser, and the notebook in front: paths below the server's root. */
  readonly selectedPaths: () => readonly string[];

  /** Called when something was submitted. */
  readonly submitted: () => void;
}

/** What is asked for beside parameters, as it is typed. */
export interface IOthers {
  readonly name: string;
  readonly connection: string;
  readonly environment: string;
  readonly memory: string;
  readonly time: string;
  readonly backend: string;
  readonly retention_days: string;
}

const NONE: IOthers = {
  name: '',
  connection: '',
  environment: '',
  memory: '',
  time: '',
  backend: '',
  retention_days: ''
};

/** Who types is waited for. */
const TYPING_MS = 350;

export class RunModel extends VDomModel {
  constructor(
    readonly options: IRunOptions,
    private _thing: IThing
  ) {
    super();
    void this.load();
  }

  get thing(): IThing {
    return this._thing;
  }

  set thing(thing: IThing) {
    this._thing = thing;
    this._form = null;
    this._plan = null;
    this._job = '';
    this.typed = {};
    this.scanned = {};
    this.inputs = [];
    this.others = NONE;
    this.preset = 'default';
    this._yaml = null;
    void this.load();
  }

  /** Whether anything is said to be run. */
  get isChosen(): boolean {
    return Boolean(this._thing.experiment ?? this._thing.notebook);
  }

  /** What can be chosen; null until it is known. */
  get experiments(): readonly IExperiment[] | null {
    return this._experiments;
  }

  get form(): IForm | null {
    return this._form;
  }

  get failure(): ISaid | null {
    return this._failure;
  }

  /** What the server would run; null until it has answered. */
  get plan(): IPlan | null {
    return this._plan;
  }

  /** Whether the plan is of what was filled in before. */
  get isPlanning(): boolean {
    return this._planning;
  }

  get planFailure(): ISaid | null {
    return this._planFailure;
  }

  /** Why it was not submitted or saved. */
  get refusal(): ISaid | null {
    return this._refusal;
  }

  get pending(): 'submit' | 'save' | null {
    return this._pending;
  }

  /** Where the folder was saved; empty when it was not. */
  get saved(): string {
    return this._saved;
  }

  /** The job of what was submitted. */
  get job(): IJob | undefined {
    return this.options.model.jobs.jobs.jobs.get(this._job);
  }

  preset = 'default';
  typed: Readonly<Record<string, string>> = {};
  scanned: Readonly<Record<string, string>> = {};
  inputs: readonly string[] = [];
  others: IOthers = NONE;

  /** The name of the server that it goes to: the one that is looked at, unless another was chosen. */
  get connection(): string {
    return this.others.connection || (this.options.model.connections.chosen?.name ?? '');
  }

  /** The specification: the plan's, unless it was edited. */
  get yaml(): string {
    return this._yaml ?? this._plan?.yaml ?? '';
  }

  get isEdited(): boolean {
    return this._yaml !== null;
  }

  edit(yaml: string | null): void {
    this._yaml = yaml;
    this._saved = '';
    this._ask();
  }

  /** Fill something in. */
  set(
    filled: Partial<Pick<RunModel, 'preset' | 'typed' | 'scanned' | 'inputs'>> & {
      readonly others?: Partial<IOthers>;
    }
  ): void {
    const { others, ...rest } = filled;
    Object.assign(this, rest);
    this.others = { ...this.others, ...others };
    this._saved = '';
    this._ask();
  }

  /** What a field shows. */
  text(field: IField): string {
    return this.typed[field.name] ?? shown(this.value(field));
  }

  /** What a field is without anything typed. */
  value(field: IField): ReadonlyPartialJSONValue | undefined {
    const ofPreset = this._form?.presets[this.preset];
    return ofPreset && field.name in ofPreset ? ofPreset[field.name] : field.default;
  }

  /** What is wrong with a field: as it is typed, else as the server says. */
  wrong({ name, ...rest }: IField): string {
    const field = { name, ...rest };
    const { trans } = this.options;
    const scan = this.scanned[name];
    const typed = this.typed[name];
    const found =
      scan !== undefined
        ? readScan(trans, field, scan)
        : typed !== undefined
          ? read(trans, field, typed)
          : null;
    if (found && 'wrong' in found) {
      return found.wrong;
    }
    return this._said(this._plan?.problems.find(({ parameter }) => parameter === name));
  }

  /** What the server says is wrong with what is asked for beside parameters. */
  wrongOther(name: keyof IOthers): string {
    return this._said(this._plan?.problems.find(({ field }) => field === name));
  }

  /** What is wrong that is about no field. */
  get problems(): readonly IProblem[] {
    if (this._planFailure) {
      // what was said before says nothing of this
      return [];
    }
    const names = new Set(this._form?.parameters.map(({ name }) => name));
    return (this._plan?.problems ?? []).filter(
      ({ parameter, field }) => !(parameter && names.has(parameter)) && !(field && field in this.others)
    );
  }

  get isValid(): boolean {
    return (
      this._form !== null &&
      this._form.parameters.every(field => this.wrong(field) === '') &&
      this._planFailure === null &&
      this._plan !== null &&
      this._plan.problems.length === 0
    );
  }

  async load(): Promise<void> {
    const { api, server, trans } = this.options;
    const thing = this._thing;
    try {
      if (this.isChosen) {
        const form = await api.form({ ...thing });
        if (thing !== this._thing) {
          return;
        }
        this._form = form;
        this._ask(0);
      } else {
        this._experiments = (await listExperiments(server.settings)).experiments;
      }
      this._failure = null;
    } catch (error) {
      this._failure = describe(trans, error);
    }
    this._draw();
  }

  async submit(): Promise<void> {
    const { api, model, submitted } = this.options;
    await this._do('submit', async () => {
      const { connection } = this;
      const job = await api.submit(this._whole());
      model.jobs.jobs.add(job);
      this._job = job.id;
      // where it goes is what is looked at
      model.connections.name = connection;
      submitted();
    });
  }

  /** Write reana.yaml and all that belongs to it into a folder beside the notebook. */
  async save(): Promise<void> {
    await this._do('save', async () => {
      this._saved = (await this.options.api.saveYaml(this._whole())).yaml;
    });
  }

  private async _do(what: 'submit' | 'save', work: () => Promise<void>): Promise<void> {
    this._pending = what;
    this._refusal = null;
    this._draw();
    try {
      await work();
    } catch (error) {
      this._refusal = describe(this.options.trans, error);
    }
    this._pending = null;
    this._draw();
  }

  private _body(): ReadonlyPartialJSONObject {
    const { name, environment } = this.others;
    const own = environment && environment !== this._form?.environment;
    const { parameters, scan } = this._values();
    const resources = this._resources();
    return {
      ...this._thing,
      preset: this.preset,
      parameters,
      ...(Object.keys(scan).length > 0 ? { scan } : {}),
      ...(own ? { environment } : {}),
      ...(this.inputs.length > 0 ? { inputs: [...this.inputs] } : {}),
      ...(Object.keys(resources).length > 0 ? { resources } : {}),
      ...(name.trim() ? { name: name.trim() } : {}),
      connection: this.connection
    };
  }

  /** With the specification, when it was edited. */
  private _whole(): ReadonlyPartialJSONObject {
    return { ...this._body(), ...(this._yaml === null ? {} : { yaml: this._yaml }) };
  }

  private _resources(): ReadonlyPartialJSONObject {
    const { memory, time, backend, retention_days } = this.others;
    const given = Object.entries({ memory, time, backend, retention_days });
    return Object.fromEntries(
      given.map(([name, text]) => [name, text.trim()] as const).filter(([, text]) => text !== '')
    );
  }

  private _said(problem: IProblem | undefined): string {
    return problem && !this._planning && !this._planFailure
      ? [problem.message, problem.hint].filter(Boolean).join('; ')
      : '';
  }

  private _values(): { parameters: ReadonlyPartialJSONObject; scan: ReadonlyPartialJSONObject } {
    const parameters: Record<string, ReadonlyPartialJSONValue> = {};
    const scan: Record<string, ReadonlyPartialJSONValue> = {};
    const { trans } = this.options;
    for (const field of this._form?.parameters ?? []) {
      const { name } = field;
      const [many, one] = [this.scanned[name], this.typed[name]];
      const found =
        many !== undefined
          ? readScan(trans, field, many)
          : one !== undefined
            ? read(trans, field, one)
            : null;
      if (found && 'value' in found) {
        (many !== undefined ? scan : parameters)[name] = found.value;
      }
    }
    return { parameters, scan };
  }

  /** Ask the server what it would run, when nothing has been typed for a while. */
  private _ask(pause = TYPING_MS): void {
    clearTimeout(this._timer);
    this._controller?.abort();
    this._planning = true;
    this._draw();
    this._timer = setTimeout(() => void this._planNow(), pause);
  }

  private async _planNow(): Promise<void> {
    const controller = new AbortController();
    this._controller = controller;
    const body = this._whole();
    try {
      this._plan = await this.options.api.plan(body, controller.signal);
      this._planFailure = null;
    } catch (error) {
      if (controller.signal.aborted) {
        return;
      }
      this._planFailure = describe(this.options.trans, error);
    }
    if (!controller.signal.aborted) {
      this._planning = false;
      this._draw();
    }
  }

  private _draw(): void {
    this.stateChanged.emit();
  }

  override dispose(): void {
    clearTimeout(this._timer);
    this._controller?.abort();
    super.dispose();
  }

  private _experiments: readonly IExperiment[] | null = null;
  private _form: IForm | null = null;
  private _failure: ISaid | null = null;
  private _plan: IPlan | null = null;
  private _planning = false;
  private _planFailure: ISaid | null = null;
  private _refusal: ISaid | null = null;
  private _pending: 'submit' | 'save' | null = null;
  private _saved = '';
  private _job = '';
  private _yaml: string | null = null;
  private _timer: ReturnType<typeof setTimeout> | undefined;
  private _controller: AbortController | null = null;
}
