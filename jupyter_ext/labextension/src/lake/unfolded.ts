/** What is unfolded in the panel to be filled in or answered: a form, a question. */
import type { IRow, IRule } from './api';
import type { Asked } from '../server/asked';

/** A form, with what it starts with. */
export type Form =
  | { readonly kind: 'dataset' | 'container'; readonly contents: readonly IRow[] }
  | { readonly kind: 'upload'; readonly paths: readonly string[]; readonly target: string }
  | { readonly kind: 'add'; readonly contents: readonly IRow[] };

/** What is asked before something goes. */
export type Question =
  | { readonly what: 'delete'; readonly did: string }
  | { readonly what: 'detach'; readonly did: string; readonly parent: string }
  | { readonly what: 'rule'; readonly rule: IRule }
  | { readonly what: 'metadata'; readonly key: string };

export class Unfolded {
  constructor(
    private readonly _asked: Asked,
    private readonly _changed: () => void
  ) {}

  get form(): Form | null {
    return this._form;
  }

  set form(form: Form | null) {
    this._form = form;
    this._asked.dismiss('form');
    this._changed();
  }

  get question(): Question | null {
    return this._question;
  }

  set question(question: Question | null) {
    this._question = question;
    this._changed();
  }

  /** Whether it is asked for how long something is to be here. */
  get lifetime(): boolean {
    return this._lifetime;
  }

  set lifetime(asked: boolean) {
    this._lifetime = asked;
    this._news = asked ? 'lifetime' : '';
    this._changed();
  }

  /** Fold what is asked of what is looked at. */
  fold(): void {
    this._question = null;
    this._lifetime = false;
    this._changed();
  }

  /** Something was unfolded just now. */
  tell(news: string): void {
    this._news = news;
  }

  /** Whether something was unfolded just now; once, so that what is drawn anew takes no focus. */
  isNews(what: string): boolean {
    const news = this._news === what;
    if (news) {
      this._news = '';
    }
    return news;
  }

  private _form: Form | null = null;
  private _question: Question | null = null;
  private _lifetime = false;
  private _news = '';
}
