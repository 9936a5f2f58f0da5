/** A bar that says how far something is. */
import React from 'react';

export interface IProgressProps {
  /** From 0 to 1; null when it is not known. */
  readonly fraction: number | null;

  /** What is measured, for those who do not see it. */
  readonly label: string;
}

export function Progress({ fraction, label }: IProgressProps): React.JSX.Element {
  const percent = fraction === null ? null : Math.floor(fraction * 100);
  return (
    <span
      className={`freezeout-Progress${percent === null ? ' freezeout-mod-unknown' : ''}`}
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={percent ?? undefined}
    >
      <span style={percent === null ? undefined : { width: `${String(percent)}%` }} />
    </span>
  );
}
