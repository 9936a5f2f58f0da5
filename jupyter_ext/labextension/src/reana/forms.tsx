/** Forms about connections. */
import React, { useState } from 'react';
import { Ask } from '../ui/ask';
import { Field } from '../ui/field';
import type { IHost } from './host';
import type { IConnection } from './types';

/** Is no language's. */
const EXAMPLE = 'https://reana.example.org';

const NAME = /^[a-z0-9_-]+$/;

export function ConnectForm({ host }: { readonly host: IHost }): React.JSX.Element {
  const { model, trans } = host;
  const [name, setName] = useState('');
  const [url, setUrl] = useState('');
  const [token, setToken] = useState('');
  const suggested = name || nameOf(url);
  const taken = model.connections.all?.some(one => one.name === suggested && one.kind !== 'kept') ?? false;
  const wrong = suggested !== '' && (!NAME.test(suggested) || taken);
  return (
    <div className="freezeout-Panel-form">
      <Ask
        title={trans.__('Connect to a REANA server')}
        yes={model.asked.isPending('connect') ? trans.__('connecting…') : trans.__('Connect')}
        no={trans.__('Cancel')}
        valid={suggested !== '' && !wrong && /^https?:\/\/\S+$/.test(url.trim()) && token.trim() !== ''}
        pending={model.asked.isPending('connect')}
        said={model.asked.refusal('connect')}
        trans={trans}
        onYes={() => void model.changes.connect(suggested, url.trim(), token.trim())}
        onNo={() => {
          model.form = null;
        }}
      >
        <Field
          first
          label={trans.__('Address')}
          type="url"
          placeholder={EXAMPLE}
          value={url}
          onChange={setUrl}
        />
        <Field
          label={trans.__('Access token, from your profile there')}
          type="password"
          value={token}
          onChange={setToken}
        />
        <Field
          label={trans.__('Name, for you')}
          placeholder={suggested}
          value={name}
          wrong={wrong}
          onChange={setName}
        />
        {wrong && (
          <div className="freezeout-Said-hint">
            {taken
              ? trans.__('‘%1’ is there already.', suggested)
              : trans.__('Lower-case letters, digits, - and _.')}
          </div>
        )}
      </Ask>
    </div>
  );
}

export function DisconnectQuestion({
  host,
  connection
}: {
  readonly host: IHost;
  readonly connection: IConnection;
}): React.JSX.Element {
  const { model, trans } = host;
  const { name, url } = connection;
  return (
    <div className="freezeout-Panel-form">
      <Ask
        title={trans.__('Forget %1?', name)}
        yes={trans.__('Forget')}
        no={trans.__('Keep')}
        warn
        pending={model.asked.isPending('disconnect')}
        said={model.asked.refusal('disconnect')}
        trans={trans}
        onYes={() => void model.changes.disconnect(name)}
        onNo={() => {
          model.form = null;
        }}
      >
        <div>{trans.__('The address %1 and its token go from here; its workflows stay there.', url)}</div>
      </Ask>
    </div>
  );
}

/** What one would call the server at an address: `reana` for `https://reana.cern.ch`. */
function nameOf(url: string): string {
  const host = /^https?:\/\/([^/:\s]+)/.exec(url.trim())?.[1] ?? '';
  const first = host.split('.')[0] ?? '';
  return first.toLowerCase().replace(/[^a-z0-9_-]/g, '-');
}
