/** Connections that are not known yet, or could not be read. */
import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';
import { Skeletons } from '../ui/pieces';
import { Said } from '../ui/said';
import type { Connections } from './model';

export interface ILoadingProps {
  readonly connections: Connections;
  readonly trans: TranslationBundle;

  /** What is loaded, for those who do not see it. */
  readonly label: string;
}

export function Loading({ connections, trans, label }: ILoadingProps): React.JSX.Element {
  const { failure } = connections;
  return (
    <div className="freezeout-Panel-body">
      {failure ? (
        <Said
          what={trans.__('The connections could not be read.')}
          said={failure}
          trans={trans}
          tabIndex={0}
          retry={() => void connections.load()}
        />
      ) : (
        <div className="freezeout-Loading">
          <Skeletons label={label} rows={8} />
        </div>
      )}
    </div>
  );
}
