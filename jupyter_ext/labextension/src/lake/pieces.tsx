/** What all that is said of a DID is made of. */
import React from 'react';
import { ago, exactly } from '../ui/words';
import type { Details } from './details';
import type { IHost } from './host';

export interface IDetailsProps {
  readonly host: IHost;
  readonly details: Details;
}

/** A time: relative, exact on hover. */
export function Moment({ at }: { readonly at: string }): React.JSX.Element {
  return (
    <time dateTime={at} title={exactly(at)}>
      {ago(at)}
    </time>
  );
}

export function Skeletons({
  label,
  rows
}: {
  readonly label: string;
  readonly rows: number;
}): React.JSX.Element {
  return (
    <div role="status" aria-label={label}>
      {Array.from({ length: rows }, (_, row) => (
        <div key={row} className="freezeout-Skeleton" />
      ))}
    </div>
  );
}
