/** What of the user's quota is used. */
import React from 'react';
import type { TranslationBundle } from '@jupyterlab/translation';
import { Progress } from '../jobs/progress';
import { bytes, span } from '../ui/words';
import type { IHost } from './host';
import type { IQuota } from './types';

export function Usage({ host }: { readonly host: IHost }): React.JSX.Element | null {
  const { model, trans } = host;
  const quota = model.usage?.quota ?? [];
  if (quota.length === 0) {
    return null;
  }
  return (
    <div className="freezeout-Reana-usage" role="group" aria-label={trans.__('What is used')}>
      {quota.map(one => (
        <span key={one.resource} data-health={one.health}>
          {sentence(trans, one)}
          {one.limit !== null && one.limit > 0 && (
            <Progress fraction={Math.min(1, one.used / one.limit)} label={sentence(trans, one)} />
          )}
        </span>
      ))}
    </div>
  );
}

function sentence(trans: TranslationBundle, { resource, used, limit, unit }: IQuota): string {
  const words = (amount: number): string =>
    unit === 'bytes' ? bytes(trans, amount) : span(trans, amount / 1000);
  const of = limit === null || limit === 0 ? words(used) : trans.__('%1 of %2', words(used), words(limit));
  const name = { disk: trans.__('disk'), cpu: trans.__('CPU') }[resource] ?? resource;
  return `${name} ${of}`;
}
