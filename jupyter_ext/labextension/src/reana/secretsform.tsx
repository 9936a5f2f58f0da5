/** Secrets: which there are, one more, and one less. */
import type { TranslationBundle } from '@jupyterlab/translation';
import React, { useState } from 'react';
import { Ask } from '../ui/ask';
import { Field } from '../ui/field';
import { Skeletons } from '../ui/pieces';
import { Said } from '../ui/said';
import { cut } from '../ui/words';
import type { IHost } from './host';
import type { Secrets } from './secrets';
import type { ISecret } from './types';

/** What becomes a variable. */
const VARIABLE = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** What becomes a file of this name: a name that is also one where REANA keeps it. */
const FILE = /^[A-Za-z0-9_-][A-Za-z0-9._-]*$/;

/** A file that is larger is no secret. */
const MOST_BYTES = 500_000;

interface ISecretsProps {
  readonly host: IHost;
  readonly secrets: Secrets;
}

export function SecretsForm(props: ISecretsProps): React.JSX.Element {
  const [removed, setRemoved] = useState<ISecret | null>(null);
  return (
    <div className="freezeout-Panel-form">
      {removed ? (
        <Removal
          {...props}
          secret={removed}
          onDone={() => {
            setRemoved(null);
          }}
        />
      ) : (
        <Addition {...props} onRemove={setRemoved} />
      )}
    </div>
  );
}

function Addition(
  props: ISecretsProps & { readonly onRemove: (secret: ISecret) => void }
): React.JSX.Element {
  const { host, secrets } = props;
  const { model, trans } = host;
  const [type, setType] = useState<ISecret['type']>('env');
  const [name, setName] = useState('');
  const [value, setValue] = useState('');
  const [said, setSaid] = useState('');
  const there = secrets.all?.some(one => one.name === name) ?? false;
  const wrong = name !== '' && !(type === 'env' ? VARIABLE : FILE).test(name);
  return (
    <Ask
      title={trans.__('Secrets that %1 keeps for you', model.listing?.connection ?? '')}
      yes={there ? trans.__('Replace it') : trans.__('Keep it there')}
      no={trans.__('Close')}
      valid={name !== '' && !wrong && value !== '' && said === ''}
      pending={secrets.isPending}
      said={secrets.refusal ?? undefined}
      trans={trans}
      onYes={() => {
        void secrets.add({ name, type }, value, there).then(kept => {
          if (kept) {
            setName('');
            setValue('');
          }
        });
      }}
      onNo={() => {
        model.form = null;
      }}
    >
      <Names {...props} />
      <Field first label={trans.__('Name')} value={name} wrong={wrong} onChange={setName} />
      {wrong && (
        <div className="freezeout-Said-hint">
          {type === 'env'
            ? trans.__('Letters, digits and _, and no digit first.')
            : trans.__('Letters, digits, ., - and _.')}
        </div>
      )}
      <label>
        {trans.__('Steps get it as')}
        <select
          className="jp-mod-styled"
          value={type}
          onChange={event => {
            setType(event.target.value === 'file' ? 'file' : 'env');
            setValue('');
            setSaid('');
          }}
        >
          <option value="env">{trans.__('a variable')}</option>
          <option value="file">{trans.__('a file')}</option>
        </select>
      </label>
      {type === 'env' ? (
        <Field label={trans.__('Value')} type="password" value={value} onChange={setValue} />
      ) : (
        <label>
          {trans.__('A text file of this computer')}
          <input
            key={secrets.all?.length}
            type="file"
            onChange={event => {
              const file = event.target.files?.[0];
              setValue('');
              setSaid('');
              if (file) {
                setName(name || file.name);
                void read(trans, file).then(
                  text => {
                    setValue(text);
                  },
                  (error: unknown) => {
                    setSaid(error instanceof Error ? error.message : String(error));
                  }
                );
              }
            }}
          />
        </label>
      )}
      {said && (
        <div className="freezeout-Said-hint" role="alert">
          {said}
        </div>
      )}
      {there && (
        <div className="freezeout-Said-hint">{trans.__('‘%1’ is there already.', cut(name, 40))}</div>
      )}
    </Ask>
  );
}

function Names({
  host,
  secrets,
  onRemove
}: ISecretsProps & { readonly onRemove: (secret: ISecret) => void }): React.JSX.Element {
  const { trans } = host;
  const { all, failure } = secrets;
  if (failure) {
    return (
      <Said
        what={trans.__('The secrets could not be read.')}
        said={failure}
        trans={trans}
        tabIndex={0}
        retry={() => void secrets.load()}
      />
    );
  }
  if (!all) {
    return <Skeletons label={trans.__('Loading the secrets')} rows={2} />;
  }
  if (all.length === 0) {
    return <div className="freezeout-mod-quiet">{trans.__('None yet.')}</div>;
  }
  return (
    <ul className="freezeout-List" aria-label={trans.__('Secrets')}>
      {all.map(secret => (
        <li key={secret.name}>
          <span className="freezeout-List-name" title={secret.name}>
            {secret.name}
          </span>
          <span className="freezeout-List-amount">
            {secret.type === 'file' ? trans.__('a file') : trans.__('a variable')}
          </span>
          <button
            type="button"
            className="freezeout-Unfold"
            aria-label={trans.__('Remove %1', secret.name)}
            title={trans.__('Remove…')}
            disabled={secrets.isPending}
            onClick={() => {
              onRemove(secret);
            }}
          >
            ✕
          </button>
        </li>
      ))}
    </ul>
  );
}

function Removal({
  host,
  secrets,
  secret,
  onDone
}: ISecretsProps & { readonly secret: ISecret; readonly onDone: () => void }): React.JSX.Element {
  const { trans } = host;
  const { name } = secret;
  return (
    <Ask
      title={trans.__('Remove the secret %1?', name)}
      yes={trans.__('Remove')}
      no={trans.__('Keep')}
      warn
      pending={secrets.isPending}
      said={secrets.refusal ?? undefined}
      trans={trans}
      onYes={() => {
        void secrets.remove(name).then(gone => {
          if (gone) {
            onDone();
          }
        });
      }}
      onNo={onDone}
    >
      <div>{trans.__('The server forgets it: workflows that need it will fail. This cannot be undone.')}</div>
    </Ask>
  );
}

/** The text of a file; what is none would not be the same again. */
async function read(trans: TranslationBundle, file: File): Promise<string> {
  if (file.size > MOST_BYTES) {
    throw new Error(trans.__('This is too large for a secret.'));
  }
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(await file.arrayBuffer());
  } catch {
    throw new Error(trans.__('This is no text in UTF-8; freezeout reana secrets add takes any file.'));
  }
}
