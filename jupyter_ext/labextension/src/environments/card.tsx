/** An environment as a card. */
import { Button, ellipsesIcon } from '@jupyterlab/ui-components';
import React from 'react';
import { isLive } from '../jobs/api';
import { JobView } from '../jobs/view';
import { ago, cut, exactly } from '../ui/words';
import { isUsable, primary } from './actions';
import type { IEnvironment, State } from './api';
import { Failure } from './failure';
import type { IHost, IPartProps } from './host';
import * as ids from './ids';
import { CloneForm, Cloned, Details, RemoveQuestion } from './parts';
import { Unfold } from './unfold';
import { cost, stateWord } from './words';

export interface ICardProps {
  readonly environment: IEnvironment;
  readonly host: IHost;

  /** Whether Tab comes to it; arrows lead to the others. */
  readonly active: boolean;
}

export function Card({ environment, host, active }: ICardProps): React.JSX.Element {
  const { model, trans } = host;
  const { name, title } = environment;
  const state = model.state(environment);
  const tabIndex = active ? 0 : -1;
  const part = { environment, host, tabIndex };
  const job = model.job(name);
  const id = `freezeout-environment-${name}`;
  return (
    <li
      className="freezeout-Card"
      data-name={name}
      data-state={state}
      tabIndex={tabIndex}
      aria-labelledby={`${id}-title ${id}-state`}
      onKeyDown={event => {
        onKey(event, environment, state, host);
      }}
      onContextMenu={event => {
        event.preventDefault();
        event.stopPropagation();
        host.openMenu(environment, event.clientX, event.clientY);
      }}
    >
      <div className="freezeout-Card-head">
        <Unfold {...part} what="details">
          <span className="freezeout-Card-title" id={`${id}-title`} title={title}>
            {title}
          </span>
        </Unfold>
        <Button
          small
          minimal
          className="freezeout-Card-menu"
          tabIndex={tabIndex}
          aria-haspopup="menu"
          aria-label={trans.__('More actions for %1', title)}
          title={trans.__('More actions')}
          onClick={event => {
            const { left, bottom } = event.currentTarget.getBoundingClientRect();
            host.openMenu(environment, left, bottom);
          }}
        >
          <ellipsesIcon.react tag="span" />
        </Button>
      </div>
      <Packages environment={environment} />
      <div className="freezeout-Card-summary" title={environment.summary}>
        {environment.summary}
      </div>
      <div className="freezeout-Card-state" id={`${id}-state`}>
        <span className="freezeout-State" data-state={state}>
          {stateWord(trans, state)}
        </span>
        <Facts {...part} state={state} />
      </div>
      <Missing {...part} />
      <Reason {...part} state={state} />
      {!(job && isLive(job)) && <Failure {...part} />}
      {job ? (
        <JobView
          job={job}
          jobs={model.jobs}
          trans={trans}
          tabIndex={tabIndex}
          stopping={model.pending(name) === 'cancel'}
          onCancel={() => {
            host.run(ids.CANCEL, { id: name });
          }}
          logShown={model.isUnfolded(name, 'log')}
          onLog={shown => {
            model.unfold(name, 'log', shown);
          }}
        />
      ) : (
        <Waiting {...part} />
      )}
      {job && isLive(job) && <Failure {...part} />}
      <Actions {...part} state={state} />
      {model.isUnfolded(name, 'remove') && <RemoveQuestion {...part} />}
      {model.isUnfolded(name, 'clone') && <CloneForm {...part} />}
      <Cloned {...part} />
      {model.isUnfolded(name, 'details') && <Details {...part} />}
    </li>
  );
}

function Packages({ environment }: { readonly environment: IEnvironment }): React.JSX.Element | null {
  return environment.packages.length === 0 ? null : (
    <div
      className="freezeout-Card-packages"
      title={environment.packages.map(({ name, version }) => `${name} ${version ?? ''}`).join('\n')}
    >
      {environment.packages.map(({ name, version }, index) => (
        <React.Fragment key={name}>
          {index > 0 && ' · '}
          <span className="freezeout-Card-package">{version ? `${name} ${version}` : name}</span>
        </React.Fragment>
      ))}
    </div>
  );
}

/** Size, test, and who uses it. */
function Facts({ state, ...part }: IPartProps & { readonly state: State }): React.JSX.Element {
  const { environment, host } = part;
  const { trans, current } = host;
  const { smoke, notebooks } = environment;
  const amount = cost(trans, environment, state);
  const tested = smoke && state !== 'ready' && state !== 'building';
  return (
    <>
      {amount && <span className="freezeout-Fact">{amount}</span>}
      {tested && (
        <span className="freezeout-Fact" data-ok={smoke.ok} title={`${exactly(smoke.at)}\n${smoke.message}`}>
          {smoke.ok ? trans.__('tested %1 ✓', ago(smoke.at)) : trans.__('test failed %1 ✕', ago(smoke.at))}
        </span>
      )}
      {isUsable(environment, state) && environment.kernels.includes(current.kernel) && (
        <span className="freezeout-Fact" title={current.name}>
          {trans.__('used by %1', cut(current.name, 28))}
        </span>
      )}
      {notebooks.length > 0 && (
        <span className="freezeout-Fact">
          <Unfold {...part} what="notebooks">
            {trans._n('%1 notebook', '%1 notebooks', notebooks.length)}
          </Unfold>
        </span>
      )}
      {host.model.isUnfolded(environment.name, 'notebooks') && (
        <ul className="freezeout-Card-list">
          {notebooks.map(({ experiment, title, path }) => (
            <li key={experiment}>
              <button
                className="freezeout-Link"
                tabIndex={part.tabIndex}
                title={path ?? experiment}
                onClick={() => {
                  host.openExperiment(experiment);
                }}
              >
                {title}
              </button>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

/** What a partial environment lacks. */
function Missing(part: IPartProps): React.JSX.Element | null {
  const { environment, host } = part;
  const { missing, name } = environment;
  if (missing.length === 0) {
    return null;
  }
  return (
    <div className="freezeout-Card-missing">
      <span className="freezeout-State" data-state="partial">
        {host.trans.__('without %1', missing.map(one => one.name).join(', '))}
      </span>{' '}
      <Unfold {...part} what="why">
        {host.trans.__('Why?')}
      </Unfold>
      {host.model.isUnfolded(name, 'why') && (
        <dl className="freezeout-Card-why">
          {missing.map(one => (
            <React.Fragment key={one.name}>
              <dt>{one.name}</dt>
              <dd>{one.reason}</dd>
            </React.Fragment>
          ))}
        </dl>
      )}
    </div>
  );
}

/** Why it is not there, or what is broken; and the way to what comes nearest. */
function Reason({
  environment,
  host,
  tabIndex,
  state
}: IPartProps & { state: State }): React.JSX.Element | null {
  const { reason, substitute } = environment;
  if (state !== 'unavailable' && state !== 'broken') {
    return null;
  }
  const nearest = substitute && state === 'unavailable' ? host.model.find(substitute) : undefined;
  if (!nearest) {
    return <div className="freezeout-Card-reason">{reason}</div>;
  }
  // where the reason names it, the name becomes the link
  const [before = '', after] = reason.split(`'${nearest.name}'`, 2);
  return (
    <div className="freezeout-Card-reason">
      {after === undefined ? `${reason} ${host.trans.__('The nearest is')} ` : before}
      <button
        className="freezeout-Link"
        tabIndex={tabIndex}
        onClick={() => {
          host.run(ids.REVEAL, { id: nearest.name });
        }}
      >
        {nearest.title}
      </button>
      {after}
    </div>
  );
}

/** The answer to a click before the server's. */
function Waiting({ environment, host }: IPartProps): React.JSX.Element | null {
  const { model, trans } = host;
  switch (model.pending(environment.name)) {
    case 'build':
    case 'test':
      return <div className="freezeout-Job-message">{trans.__('queued…')}</div>;
    case 'remove':
      return <div className="freezeout-Job-message">{trans.__('removing…')}</div>;
    case 'clone':
      return <div className="freezeout-Job-message">{trans.__('copying…')}</div>;
    default:
      return null;
  }
}

/** The buttons that the card shows without its menu. */
function Actions({
  environment,
  host,
  tabIndex,
  state
}: IPartProps & { state: State }): React.JSX.Element | null {
  const { trans, current, model } = host;
  const busy = model.pending(environment.name) !== undefined;
  const args = { id: environment.name };
  const buttons: [string, string][] = [];
  if (!busy && state === 'ready') {
    buttons.push([ids.BUILD, trans.__('Build')]);
  } else if (!busy && state === 'broken') {
    buttons.push([ids.BUILD, trans.__('Build again')]);
  } else if (!busy && state === 'outdated') {
    buttons.push([ids.UPDATE, trans.__('Update')]);
  }
  if (isUsable(environment, state)) {
    buttons.push([ids.NOTEBOOK, trans.__('Notebook')], [ids.CONSOLE, trans.__('Console')]);
    if (current.name && !environment.kernels.includes(current.kernel)) {
      buttons.push([ids.USE, trans.__('Use for this notebook')]);
    }
  }
  if (buttons.length === 0) {
    return null;
  }
  const [first] = primary(environment, state);
  return (
    <div className="freezeout-Card-actions">
      {buttons.map(([command, label]) => (
        <Button
          key={command}
          small
          className={`jp-mod-styled ${command === first && state !== 'built' ? 'jp-mod-accept' : ''}`}
          tabIndex={tabIndex}
          title={command === ids.USE ? trans.__('Use for %1', current.name) : undefined}
          onClick={() => {
            host.run(command, args);
          }}
        >
          {label}
        </Button>
      ))}
    </div>
  );
}

function onKey(
  event: React.KeyboardEvent<HTMLLIElement>,
  environment: IEnvironment,
  state: State,
  host: IHost
): void {
  if (event.key === 'ContextMenu' || (event.key === 'F10' && event.shiftKey)) {
    const { left, top } = event.currentTarget.getBoundingClientRect();
    event.preventDefault();
    event.stopPropagation();
    host.openMenu(environment, left + 24, top + 24);
  } else if (event.target !== event.currentTarget) {
    return;
  } else if (event.key === 'Enter') {
    event.preventDefault();
    host.run(...primary(environment, state));
  } else if (event.key === 'Delete') {
    event.preventDefault();
    host.run(ids.REMOVE, { id: environment.name });
  }
}
