/** The left sidebar's panel of environments. */
import { Button, refreshIcon, VDomRenderer } from '@jupyterlab/ui-components';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { Message } from '@lumino/messaging';
import React, { useLayoutEffect, useRef, useState } from 'react';
import { News } from '../ui/news';
import { useEvery } from '../ui/pieces';
import { Said } from '../ui/said';
import type { IEnvironment } from './api';
import { Card } from './card';
import type { IHost } from './host';
import * as ids from './ids';
import type { EnvironmentsModel } from './model';
import { groupOf, GROUPS, inOrder, matches } from './order';
import type { Group } from './order';
import { environmentIcon } from './icons';
import { stateWord } from './words';

export class EnvironmentsPanel extends VDomRenderer<EnvironmentsModel> {
  constructor(private readonly _host: IHost) {
    super(_host.model);
    const { trans, current } = _host;
    this.id = 'freezeout-environments';
    this.addClass('freezeout-Panel');
    this.title.icon = environmentIcon;
    this.title.caption = trans.__('Environments');
    this.node.setAttribute('role', 'region');
    this.node.setAttribute('aria-label', trans.__('Environments'));
    current.changed.connect(() => {
      this.update();
    });
  }

  /** Bring a card into view, with the focus on its first button. */
  reveal(name: string): void {
    const environment = this.model.find(name);
    if (environment && this.model.query && !isShown(this._host, environment)) {
      this.model.query = '';
    }
    this._wanted = name;
    this.update();
  }

  protected override onAfterShow(message: Message): void {
    super.onAfterShow(message);
    this.update();
    // a command line may have done something that no event told
    if (this.model.environments) {
      void this.model.load();
    }
  }

  protected override onActivateRequest(): void {
    this._takeFocus(() =>
      this.node.contains(document.activeElement) ? null : this.node.querySelector('input')
    );
  }

  /** The card that was asked for may be there now. Not when the browser is idle, which may be much later. */
  private readonly _drawn = (): void => {
    const card = this._wanted && this.node.querySelector<HTMLElement>(`[data-name="${this._wanted}"]`);
    if (card && this.isVisible) {
      this._wanted = '';
      card.scrollIntoView({ block: 'nearest' });
      if (!card.contains(document.activeElement)) {
        this._takeFocus(
          () =>
            card.querySelector('.freezeout-Ask :is(input, button)') ??
            card.querySelector('.freezeout-Card-actions button') ??
            card
        );
      }
    }
  };

  /** The palette gives the focus back to what had it before, and only then it can be taken. */
  private _takeFocus(find: () => HTMLElement | null): void {
    const turn = ++this._turn;
    setTimeout(() => {
      if (turn === this._turn) {
        find()?.focus();
      }
    });
  }

  protected override render(): React.JSX.Element {
    return <Environments host={this._host} drawn={this._drawn} />;
  }

  private _wanted = '';
  private _turn = 0;
}

interface IEnvironmentsProps {
  readonly host: IHost;

  /** Called whenever what is to be seen has changed. */
  readonly drawn: () => void;
}

function Environments({ host, drawn }: IEnvironmentsProps): React.JSX.Element {
  const { model, trans, run } = host;
  const list = useRef<HTMLDivElement>(null);
  const [active, setActive] = useState('');
  useEvery(60);
  // React tells nothing of a focus that goes because it takes the element away
  const held = useRef('');
  useFocusKept(list, held);
  useLayoutEffect(drawn);
  const { environments, failure } = model;
  const shown = inOrder((environments ?? []).filter(environment => isShown(host, environment)));
  const groups = GROUPS.map(
    group => [group, shown.filter(one => groupOf(stated(host, one)) === group)] as const
  );
  const order = groups.flatMap(([, members]) => members.map(({ name }) => name));
  const tabStop = order.includes(active) ? active : order[0];
  return (
    <>
      <div className="freezeout-Panel-head">
        <input
          type="search"
          className="jp-mod-styled"
          placeholder={trans.__('search environments')}
          aria-label={trans.__('Search environments')}
          value={model.query}
          onChange={event => {
            model.query = event.target.value;
          }}
          onKeyDown={event => {
            if (event.key === 'ArrowDown') {
              event.preventDefault();
              focusCard(list.current, tabStop);
            }
          }}
        />
        <Button
          minimal
          small
          title={trans.__('Refresh')}
          aria-label={trans.__('Refresh environments')}
          onClick={() => {
            run(ids.REFRESH, {});
          }}
        >
          <refreshIcon.react tag="span" />
        </Button>
      </div>
      <div
        ref={list}
        className="freezeout-Panel-body"
        aria-busy={environments === null && failure === null}
        onFocus={event => {
          held.current = cardOf(event.target) ?? '';
          setActive(held.current || active);
        }}
        onBlur={() => {
          held.current = '';
        }}
        onKeyDown={event => {
          onKey(event, list.current, order);
        }}
      >
        {failure && (
          <Said
            what={trans.__('The environments could not be read.')}
            said={failure}
            trans={trans}
            tabIndex={0}
            retry={() => void model.retry()}
          />
        )}
        {!model.jobs.connected && environments && <Offline trans={trans} />}
        {environments === null && failure === null && <Skeletons trans={trans} />}
        {environments && shown.length === 0 && <Empty host={host} />}
        {groups.map(
          ([group, members]) =>
            members.length > 0 && (
              <section key={group}>
                <h2 id={`freezeout-group-${group}`}>{groupTitle(trans, group)}</h2>
                <ul aria-labelledby={`freezeout-group-${group}`}>
                  {members.map(environment => (
                    <Card
                      key={environment.name}
                      environment={environment}
                      host={host}
                      active={environment.name === tabStop}
                    />
                  ))}
                </ul>
              </section>
            )
        )}
        {model.problems.map(problem => (
          <Said
            key={problem.id + problem.message}
            what={trans.__('The folder ‘%1’ is left out.', problem.id)}
            said={problem}
            trans={trans}
            tabIndex={0}
            retry={() => void model.load()}
          />
        ))}
      </div>
      <News
        of={(environments ?? []).map(environment => {
          const failed = model.job(environment.name)?.state === 'failed';
          const word = failed ? trans.__('failed') : stateWord(trans, model.state(environment));
          return [environment.name, word, trans.__('%1: %2', environment.title, word)];
        })}
      />
    </>
  );
}

function Empty({ host }: { readonly host: IHost }): React.JSX.Element {
  const { model, trans, run } = host;
  const searched = model.query.trim() !== '';
  return (
    <div className="freezeout-Empty">
      <p>
        {searched
          ? trans.__('No environment has ‘%1’ in its name, packages or notebooks.', model.query)
          : trans.__(
              'No environment is found: put a folder with an environment.yaml onto FREEZEOUT_ENVIRONMENTS_PATH.'
            )}
      </p>
      <Button
        small
        className="jp-mod-styled"
        onClick={() => {
          if (searched) {
            model.query = '';
          } else {
            run(ids.REFRESH, {});
          }
        }}
      >
        {searched ? trans.__('Show all') : trans.__('Look again')}
      </Button>
    </div>
  );
}

function Skeletons({ trans }: { readonly trans: TranslationBundle }): React.JSX.Element {
  return (
    <div role="status" aria-label={trans.__('Loading environments')}>
      {[0, 1, 2, 3].map(row => (
        <div key={row} className="freezeout-Card freezeout-mod-skeleton">
          <div className="freezeout-Skeleton" />
          <div className="freezeout-Skeleton" />
          <div className="freezeout-Skeleton" />
        </div>
      ))}
    </div>
  );
}

function Offline({ trans }: { readonly trans: TranslationBundle }): React.JSX.Element {
  return (
    <div className="freezeout-Offline" role="status">
      {trans.__('No news from the server; trying again. What runs goes on.')}
    </div>
  );
}

function groupTitle(trans: TranslationBundle, group: Group): string {
  switch (group) {
    case 'usable':
      return trans.__('Ready to use');
    case 'buildable':
      return trans.__('Can be built');
    case 'unavailable':
      return trans.__('Not available here');
  }
}

function stated({ model }: IHost, environment: IEnvironment): IEnvironment {
  return { ...environment, state: model.state(environment) };
}

function isShown({ model, trans }: IHost, environment: IEnvironment): boolean {
  const query = model.query.trim();
  return query === '' || matches(environment, query, stateWord(trans, model.state(environment)));
}

function onKey(event: React.KeyboardEvent, list: HTMLElement | null, order: readonly string[]): void {
  const here = event.target instanceof HTMLElement ? event.target.dataset['name'] : undefined;
  const at = order.indexOf(here ?? '');
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: order.length - 1 }[event.key];
  if (at < 0 || to === undefined) {
    return;
  }
  event.preventDefault();
  if (to < 0) {
    list?.parentElement?.querySelector('input')?.focus();
  } else {
    focusCard(list, order[to]);
  }
}

function focusCard(list: HTMLElement | null, name: string | undefined): void {
  if (name !== undefined) {
    list?.querySelector<HTMLElement>(`[data-name="${name}"]`)?.focus();
  }
}

function cardOf(target: EventTarget): string | undefined {
  return target instanceof HTMLElement
    ? target.closest<HTMLElement>('[data-name]')?.dataset['name']
    : undefined;
}

/** When what has the focus goes, or its card moves, the card gets it. */
function useFocusKept(list: React.RefObject<HTMLElement>, held: React.RefObject<string>): void {
  useLayoutEffect(() => {
    if (held.current && document.activeElement === document.body) {
      focusCard(list.current, held.current);
    }
  });
}
