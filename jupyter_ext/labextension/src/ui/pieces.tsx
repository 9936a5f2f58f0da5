/** Small things that panels are made of. */
import React, { useEffect, useState } from 'react';
import { ago, exactly } from './words';

/** A time: relative, exact on hover. */
export function Moment({ at }: { readonly at: string }): React.JSX.Element {
  return (
    <time dateTime={at} title={exactly(at)}>
      {ago(at)}
    </time>
  );
}

/** What stands where something is to come. */
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

/** Draw again after so many seconds, again and again: times are relative. */
export function useEvery(seconds: number, active = true): void {
  const [, tick] = useState(0);
  useEffect(() => {
    if (!active) {
      return undefined;
    }
    const timer = setInterval(() => {
      tick(number => number + 1);
    }, seconds * 1000);
    return () => {
      clearInterval(timer);
    };
  }, [seconds, active]);
}
