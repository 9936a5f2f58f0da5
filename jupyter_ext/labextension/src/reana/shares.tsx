/** With whom a workflow is shared. */
import React, { useEffect, useState } from 'react';
import { describe } from '../server/describe';
import type { ISaid } from '../server/describe';
import { Ask } from '../ui/ask';
import { usual } from './questions';
import type { IShare } from './types';
import type { IUnfoldedProps } from './unfolded';

export function Shares(props: IUnfoldedProps): React.JSX.Element {
  const { host, looked } = props;
  const { model, trans } = host;
  const { id, full_name: name } = looked.row;
  const [user, setUser] = useState('');
  const [shares, setShares] = useState<readonly IShare[]>([]);
  const [failure, setFailure] = useState<ISaid | undefined>();
  useEffect(() => {
    model.changes.shares(id).then(setShares, (error: unknown) => {
      setFailure(describe(trans, error));
    });
  }, [model, trans, id]);
  const asked = usual(props, 'share');
  return (
    <Ask
      {...asked}
      said={asked.said ?? failure}
      title={trans.__('Share %1', name)}
      yes={trans.__('Share')}
      no={trans.__('Close')}
      valid={/^\S+@\S+$/.test(user.trim())}
      onYes={() => void model.changes.share(id, user.trim())}
    >
      <label>
        {trans.__('E-mail address of another user of this server')}
        <input
          type="email"
          className="jp-mod-styled"
          data-first
          value={user}
          onChange={event => {
            setUser(event.target.value);
          }}
        />
      </label>
      {shares.map(share => (
        <div key={share.user}>
          {share.user}{' '}
          <button
            type="button"
            className="freezeout-Link"
            onClick={() => void model.changes.unshare(id, share.user)}
          >
            {trans.__('no longer')}
          </button>
        </div>
      ))}
    </Ask>
  );
}
