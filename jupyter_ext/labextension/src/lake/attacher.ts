/** Puts what is attached to a notebook into its kernel, when it starts and when the list changes. */
import type { DocumentWidget } from '@jupyterlab/docregistry';
import type { Kernel, KernelMessage } from '@jupyterlab/services';
import type { JSONObject, ReadonlyPartialJSONObject } from '@lumino/coreutils';
import { Signal } from '@lumino/signaling';
import type { ISignal } from '@lumino/signaling';
import type { IPaths } from './api';
import { pythonString } from './words';

/** Where rucio-jupyterlab's kernel extension asks for variables. */
const TARGET = 'rucio-jupyterlab:frontend';

export interface IAttachment {
  readonly did: string;
  readonly type: 'file' | 'collection';
  readonly variableName: string;
}

export interface IAttacherOptions {
  /** Of a notebook. */
  readonly attachments: (panel: DocumentWidget) => readonly IAttachment[];

  /** The lake that is looked at; empty for the default. */
  readonly connection: () => string;

  /** Where a DID's files are here. */
  readonly paths: (did: string) => Promise<IPaths>;
}

export class Attacher {
  constructor(private readonly _options: IAttacherOptions) {}

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** What the kernel said of a variable. */
  said(panel: DocumentWidget, variable: string): string | null | undefined {
    return this._said.get(panel)?.get(variable);
  }

  /** Follow the kernels of a notebook. */
  watch(panel: DocumentWidget): void {
    if (this._watched.has(panel)) {
      return;
    }
    this._watched.add(panel);
    const { sessionContext } = panel.context;
    sessionContext.kernelChanged.connect((_, { newValue }) => {
      this._begin(panel, newValue);
    });
    sessionContext.statusChanged.connect((_, status) => {
      if (status === 'restarting' || status === 'autorestarting') {
        this._said.delete(panel);
        void sessionContext.session?.kernel?.info.then(() => {
          this.fill(panel);
        });
      }
    });
    void sessionContext.ready.then(() => {
      this._begin(panel, sessionContext.session?.kernel ?? null);
    });
  }

  /** Give the variables their values. */
  fill(panel: DocumentWidget): void {
    const kernel = panel.context.sessionContext.session?.kernel;
    const attachments = this._options.attachments(panel);
    if (kernel && attachments.length > 0) {
      void this._fill(panel, kernel, attachments).catch(() => {
        // a kernel that goes meanwhile is filled when it comes again
      });
    }
  }

  private _begin(panel: DocumentWidget, kernel: Kernel.IKernelConnection | null): void {
    this._said.delete(panel);
    if (!kernel || kernel === this._kernels.get(panel)) {
      return;
    }
    this._kernels.set(panel, kernel);
    kernel.registerCommTarget(TARGET, (comm, message) => {
      const answer = (asked: KernelMessage.ICommOpenMsg | KernelMessage.ICommMsgMsg): void => {
        if (asked.content.data['action'] === 'request-inject') {
          void this._inject(panel, comm);
        }
      };
      comm.onMsg = answer;
      answer(message);
    });
    this.fill(panel);
  }

  private async _fill(
    panel: DocumentWidget,
    kernel: Kernel.IKernelConnection,
    attachments: readonly IAttachment[]
  ): Promise<void> {
    const { language_info: language } = await kernel.info;
    if (language.name !== 'python') {
      return;
    }
    const list = pythonString(JSON.stringify(attachments));
    const connection = pythonString(this._options.connection());
    const code = `from freezeout.lake.attached import attach as _freezeout_attach\n_freezeout_attach(${list}, ${connection})\ndel _freezeout_attach`;
    const said =
      "__import__('base64').b64encode(__import__('freezeout.lake.attached', fromlist=['said']).said().encode())";
    const reply = await kernel.requestExecute({
      code,
      silent: true,
      store_history: false,
      stop_on_error: false,
      user_expressions: { said }
    }).done;
    this._said.set(panel, toldBy(reply.content, attachments));
    this._changed.emit();
  }

  /** What rucio-jupyterlab's own front end would answer. */
  private async _inject(panel: DocumentWidget, comm: Kernel.IComm): Promise<void> {
    const dids = await Promise.all(
      this._options.attachments(panel).map(async ({ did, type, variableName }): Promise<JSONObject> => {
        const paths = await this._options.paths(did).catch(() => null);
        const files = (paths?.files ?? []).flatMap(({ path, pfn }) => (path ? [{ path, pfn }] : []));
        return {
          type,
          variableName,
          did,
          didAvailable: paths?.available ?? false,
          files: type === 'file' && files.length === 0 ? null : files
        };
      })
    );
    await comm.send({ action: 'inject', dids }).done;
  }

  private readonly _watched = new WeakSet<DocumentWidget>();
  private readonly _kernels = new WeakMap<DocumentWidget, Kernel.IKernelConnection>();
  private readonly _said = new WeakMap<DocumentWidget, ReadonlyMap<string, string | null>>();
  private readonly _changed = new Signal<this, void>(this);
}

/** Which variables have got their value, and why others have not. */
function toldBy(
  content: KernelMessage.IExecuteReplyMsg['content'],
  attachments: readonly IAttachment[]
): ReadonlyMap<string, string | null> {
  if (content.status !== 'ok') {
    const reason = content.status === 'error' ? `${content.ename}: ${content.evalue}` : content.status;
    return new Map(attachments.map(({ variableName }) => [variableName, reason]));
  }
  const said: unknown = content.user_expressions['said'];
  const data: unknown = typeof said === 'object' && said !== null ? Reflect.get(said, 'data') : undefined;
  const text: unknown =
    typeof data === 'object' && data !== null ? Reflect.get(data, 'text/plain') : undefined;
  const told = parsed(text);
  return new Map(
    attachments.map(({ variableName }) => {
      const reason = told[variableName];
      return [variableName, typeof reason === 'string' ? reason : null];
    })
  );
}

/** JSON in base64, as Python writes bytes. */
function parsed(text: unknown): ReadonlyPartialJSONObject {
  try {
    const bytes = Uint8Array.from(atob(String(text).replace(/^b'|'$/g, '')), sign => sign.charCodeAt(0));
    const value: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return typeof value === 'object' && value !== null ? (value as ReadonlyPartialJSONObject) : {};
  } catch {
    return {};
  }
}
