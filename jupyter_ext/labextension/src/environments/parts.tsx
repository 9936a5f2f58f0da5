/** What a card unfolds: the question before a removal, the form of a clone, the details. */
import { Button } from '@jupyterlab/ui-components';
import React, { useLayoutEffect, useRef, useState } from 'react';
import { Copyable } from '../ui/copyable';
import { exactly } from '../ui/words';
import type { IPackage } from './api';
import type { IPartProps } from './host';
import * as ids from './ids';
import { size } from './words';

const NAME = /^[a-z][a-z0-9-]{1,39}$/;

export function RemoveQuestion({ environment, host, tabIndex }: IPartProps): React.JSX.Element {
  const { model, trans, run } = host;
  const { name, title, kernels } = environment;
  const first = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    if (model.isNews(name, 'remove')) {
      first.current?.querySelector('button')?.focus();
    }
  }, [model, name]);
  const refusal = model.refusal(name);
  const refused = refusal?.what === 'remove' ? refusal : undefined;
  const inUse = refused?.code === 'environment_in_use';
  const remove = inUse ? trans.__('Remove all the same') : trans.__('Remove');
  return (
    <div className="freezeout-Ask" role="group" aria-label={trans.__('Remove %1?', title)} ref={first}>
      <div className="freezeout-Said-what">{trans.__('Remove %1?', title)}</div>
      <div>
        {trans._n(
          'Its files%2 and its kernel go; its recipe and your notebooks stay.',
          'Its files%2 and its %1 kernels go; its recipe and your notebooks stay.',
          Math.max(1, kernels.length),
          size(trans, environment)
        )}
      </div>
      {refused && (
        <div className="freezeout-Said">
          <div>{refused.message}</div>
          <div className="freezeout-Said-hint">
            {inUse
              ? trans.__(
                  'Shut it down first, or remove all the same: what runs goes on until it ends, and cannot be started again.'
                )
              : refused.hint}
          </div>
        </div>
      )}
      <div className="freezeout-Card-actions">
        <Button
          small
          className="jp-mod-styled"
          tabIndex={tabIndex}
          onClick={() => {
            model.unfold(name, 'remove', false);
            if (refused) {
              model.dismiss(name);
            }
          }}
        >
          {trans.__('Keep')}
        </Button>
        <Button
          small
          className="jp-mod-styled jp-mod-warn"
          tabIndex={tabIndex}
          disabled={model.pending(name) === 'remove'}
          onClick={() => {
            run(ids.REMOVE, { id: name, confirmed: true, force: inUse });
          }}
        >
          {remove}
        </Button>
      </div>
    </div>
  );
}

export function CloneForm({ environment, host, tabIndex }: IPartProps): React.JSX.Element {
  const { model, trans, run } = host;
  const { name, title } = environment;
  const [copy, setCopy] = useState(`my-${name}`.slice(0, 40));
  const input = useRef<HTMLInputElement>(null);
  useLayoutEffect(() => {
    if (model.isNews(name, 'clone')) {
      input.current?.focus();
      input.current?.select();
    }
  }, [model, name]);
  const refusal = model.refusal(name);
  const refused = refusal?.what === 'clone' ? refusal : undefined;
  const valid = NAME.test(copy);
  const taken = model.find(copy) !== undefined;
  const id = `freezeout-clone-${name}`;
  const wrong = !valid
    ? trans.__('Two to forty small letters, digits and hyphens, a letter first.')
    : taken
      ? trans.__('There is an environment of this name.')
      : '';
  return (
    <form
      className="freezeout-Ask"
      aria-label={trans.__('Clone %1', title)}
      onSubmit={event => {
        event.preventDefault();
        if (valid && !taken) {
          run(ids.CLONE, { id: name, name: copy });
        }
      }}
      onKeyDown={event => {
        if (event.key === 'Escape') {
          model.unfold(name, 'clone', false);
        }
      }}
    >
      <label htmlFor={id}>{trans.__('Name of the copy, which is yours to change')}</label>
      <input
        id={id}
        ref={input}
        className="jp-mod-styled"
        value={copy}
        tabIndex={tabIndex}
        spellCheck={false}
        autoComplete="off"
        aria-invalid={wrong !== ''}
        aria-describedby={`${id}-wrong`}
        onChange={event => {
          setCopy(event.target.value);
        }}
      />
      <div id={`${id}-wrong`} className="freezeout-Said-hint">
        {wrong}
      </div>
      {refused && (
        <div className="freezeout-Said">
          <div>{refused.message}</div>
          {refused.hint && <div className="freezeout-Said-hint">{refused.hint}</div>}
        </div>
      )}
      <div className="freezeout-Card-actions">
        <Button
          small
          type="submit"
          className="jp-mod-styled jp-mod-accept"
          tabIndex={tabIndex}
          disabled={wrong !== '' || model.pending(name) === 'clone'}
        >
          {trans.__('Clone')}
        </Button>
        <Button
          small
          type="button"
          className="jp-mod-styled"
          tabIndex={tabIndex}
          onClick={() => {
            model.unfold(name, 'clone', false);
          }}
        >
          {trans.__('Cancel')}
        </Button>
      </div>
    </form>
  );
}

/** Where the copy is, and what to do with it. */
export function Cloned({ environment, host, tabIndex }: IPartProps): React.JSX.Element | null {
  const { model, trans, run } = host;
  const made = model.clones(environment.name);
  if (!made) {
    return null;
  }
  return (
    <div className="freezeout-Ask" role="status">
      <div className="freezeout-Said-what">{trans.__('‘%1’ is yours to change.', made.name)}</div>
      <Copyable text={made.folder} label={trans.__('Copy the folder')} tabIndex={tabIndex} />
      <div>{trans.__('Edit its requirements.in, lock it, then build it:')}</div>
      <Copyable
        text={`freezeout env lock ${made.name}`}
        label={trans.__('Copy the command')}
        tabIndex={tabIndex}
      />
      <div className="freezeout-Card-actions">
        <Button
          small
          className="jp-mod-styled"
          tabIndex={tabIndex}
          onClick={() => {
            run(ids.REVEAL, { id: made.name });
          }}
        >
          {trans.__('Show it')}
        </Button>
        <Button
          small
          minimal
          className="freezeout-Unfold"
          tabIndex={tabIndex}
          onClick={() => {
            model.dismiss(environment.name);
          }}
        >
          {trans.__('Dismiss')}
        </Button>
      </div>
    </div>
  );
}

export function Details({ environment, host, tabIndex }: IPartProps): React.JSX.Element {
  const { model, trans } = host;
  const found = model.packages(environment.name);
  const rows: (readonly [string, React.ReactNode])[] = [[trans.__('Python'), environment.python]];
  if (environment.built_at) {
    rows.push([trans.__('Built'), exactly(environment.built_at)]);
  }
  if (environment.smoke) {
    rows.push([trans.__('Last test'), environment.smoke.message]);
  }
  if (environment.kernels.length > 0) {
    rows.push([trans.__('Kernels'), environment.kernels.join(', ')]);
  }
  if (environment.offered_as.length > 0) {
    rows.push([trans.__('Stands for'), environment.offered_as.join(', ')]);
  }
  if (environment.lock_sha256) {
    const label = trans.__('Copy the hash of the lock');
    rows.push([
      trans.__('Lock'),
      <Copyable key="" text={environment.lock_sha256} {...{ label, tabIndex }} />
    ]);
  }
  const label = trans.__('Copy the folder');
  rows.push([trans.__('Folder'), <Copyable key="" text={environment.folder} {...{ label, tabIndex }} />]);
  return (
    <div className="freezeout-Details">
      <dl>
        {rows.map(([term, value]) => (
          <React.Fragment key={term}>
            <dt>{term}</dt>
            <dd>{value}</dd>
          </React.Fragment>
        ))}
      </dl>
      {found === undefined ? (
        <div className="freezeout-Skeleton" aria-label={trans.__('Loading packages')} role="status" />
      ) : 'message' in found ? (
        <div className="freezeout-Said">{found.message}</div>
      ) : (
        <Packages packages={found} label={trans.__('All packages of %1', environment.title)} />
      )}
    </div>
  );
}

interface IPackagesProps {
  readonly packages: readonly IPackage[];
  readonly label: string;
}

function Packages({ packages, label }: IPackagesProps): React.JSX.Element | null {
  return packages.length === 0 ? null : (
    <ul className="freezeout-Details-packages" tabIndex={0} aria-label={label}>
      {packages.map(({ name, version }) => (
        <li key={name}>
          {name} <span>{version}</span>
        </li>
      ))}
    </ul>
  );
}
