/** The specification and the parameters of a workflow. */
import type { ReadonlyPartialJSONValue } from '@lumino/coreutils';
import React from 'react';
import { LogBox } from '../ui/logbox';
import { Moment, Skeletons } from '../ui/pieces';
import { Said } from '../ui/said';
import { bytes } from '../ui/words';
import type { IHost, IUnfoldedProps } from './host';
import type { IWholeWorkflow } from './types';

export function SpecificationView({ host, looked }: IUnfoldedProps): React.JSX.Element {
  const { trans } = host;
  const { info, failure } = looked;
  if (!info) {
    return failure ? (
      <Said
        what={trans.__('The specification could not be read.')}
        said={failure}
        trans={trans}
        tabIndex={0}
        retry={() => void looked.load()}
      />
    ) : (
      <Skeletons label={trans.__('Loading the specification')} rows={4} />
    );
  }
  const parameters = Object.entries(info.parameters);
  return (
    <>
      <Facts host={host} info={info} />
      {parameters.length > 0 && (
        <>
          <h3>{trans.__('Parameters')}</h3>
          <dl className="freezeout-Pairs">
            {parameters.map(([name, value]) => (
              <React.Fragment key={name}>
                <dt title={name}>{name}</dt>
                <dd>{said(value)}</dd>
              </React.Fragment>
            ))}
          </dl>
        </>
      )}
      <h3>{trans.__('Specification')}</h3>
      <LogBox
        text={info.specification}
        label={trans.__('Specification of %1', info.full_name)}
        error=""
        fromStart
        trans={trans}
        tabIndex={0}
      />
    </>
  );
}

function Facts({ host, info }: { readonly host: IHost; readonly info: IWholeWorkflow }): React.JSX.Element {
  const { trans } = host;
  const facts: readonly (readonly [string, React.ReactNode])[] = [
    [trans.__('Experiment'), info.experiment],
    [trans.__('Runs'), info.runs !== null && info.runs > 1 ? String(info.runs) : null],
    [trans.__('Environment'), info.environment],
    [trans.__('Size'), info.size_bytes === null ? null : bytes(trans, info.size_bytes)],
    [trans.__('Created'), info.created && <Moment at={info.created} />],
    [
      trans.__('Kept'),
      info.retention.length > 0
        ? info.retention.map(({ files, days }) => trans.__('%1: %2 days', files, days)).join(', ')
        : null
    ],
    [trans.__('Id'), <code key="id">{info.id}</code>]
  ];
  return (
    <dl className="freezeout-Pairs">
      {facts
        .filter(([, value]) => value !== null && value !== '')
        .map(([name, value]) => (
          <React.Fragment key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </React.Fragment>
        ))}
    </dl>
  );
}

function said(value: ReadonlyPartialJSONValue | undefined): string {
  return typeof value === 'string' ? value : JSON.stringify(value ?? null);
}
