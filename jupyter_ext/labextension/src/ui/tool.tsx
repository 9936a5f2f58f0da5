/** A button that is an icon, as the head of a panel has them. */
import { Button } from '@jupyterlab/ui-components';
import type { LabIcon } from '@jupyterlab/ui-components';
import React from 'react';

export interface IToolProps {
  readonly icon: LabIcon;
  readonly title: string;
  readonly label: string;
  readonly run?: () => void;

  /** Open a menu at a place of the page. */
  readonly open?: (x: number, y: number) => void;
}

export function Tool({ icon: Icon, title, label, run, open }: IToolProps): React.JSX.Element {
  return (
    <Button
      minimal
      small
      title={title}
      aria-label={label}
      aria-haspopup={open && 'menu'}
      onClick={event => {
        const { left, bottom } = event.currentTarget.getBoundingClientRect();
        run?.();
        open?.(left, bottom);
      }}
    >
      <Icon.react tag="span" />
    </Button>
  );
}
