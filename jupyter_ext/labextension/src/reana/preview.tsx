/** What is in a file, as it can be shown. */
import type { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';
import { bytes, count } from '../ui/words';
import { Markdown } from './markdown';
import type { ICell, IPreview } from './types';

export interface IPreviewProps {
  readonly value: IPreview;
  readonly label: string;

  /** What shows Markdown; null where nothing can. */
  readonly rendermime: IRenderMimeRegistry | null;
  readonly trans: TranslationBundle;
}

export function Preview({ value, label, rendermime, trans }: IPreviewProps): React.JSX.Element {
  const { size, truncated, message } = value;
  return (
    <>
      <div className="freezeout-Viewer-about" role="status">
        {[
          bytes(trans, size),
          truncated && value.kind !== 'too_large' ? trans.__('only its beginning is shown') : '',
          message
        ]
          .filter(Boolean)
          .join(' · ')}
      </div>
      <Body value={value} label={label} rendermime={rendermime} trans={trans} />
    </>
  );
}

function Body({ value, label, rendermime, trans }: IPreviewProps): React.JSX.Element | null {
  const { kind, text = '', media_type: type = '', data = '', columns = [], rows = [], cells = [] } = value;
  switch (kind) {
    case 'text':
      return (
        <pre tabIndex={0} role="region" aria-label={label}>
          {isDiff(text) ? <Diff text={text} /> : text}
        </pre>
      );
    case 'image':
      return <img src={`data:${type};base64,${data}`} alt={label} />;
    case 'table':
      return (
        <div className="freezeout-Viewer-table" tabIndex={0} role="region" aria-label={label}>
          <table>
            <thead>
              <tr>
                {columns.map((column, index) => (
                  <th key={index} scope="col">
                    {column}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {rows.map((row, number) => (
                <tr key={number}>
                  {row.map((cell, index) => (
                    <td key={index} data-type={typeof cell}>
                      {cell === null ? '' : String(cell)}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
          <div className="freezeout-mod-quiet">
            {trans._n('%2 row is shown', '%2 rows are shown', rows.length, count(rows.length))}
          </div>
        </div>
      );
    case 'notebook':
      return (
        <div className="freezeout-Viewer-notebook" tabIndex={0} role="region" aria-label={label}>
          {cells.map((cell, index) => (
            <Cell key={index} cell={cell} rendermime={rendermime} trans={trans} />
          ))}
        </div>
      );
    case 'binary':
    case 'too_large':
      return null;
  }
}

function Cell({
  cell,
  rendermime,
  trans
}: {
  readonly cell: ICell;
  readonly rendermime: IRenderMimeRegistry | null;
  readonly trans: TranslationBundle;
}): React.JSX.Element {
  const { type, source, count: number, outputs } = cell;
  return (
    <div className="freezeout-Viewer-cell" data-type={type}>
      <span className="freezeout-Viewer-prompt">
        {type === 'code' ? `[${number === null ? ' ' : String(number)}]` : ''}
      </span>
      <div>
        {type === 'markdown' && rendermime ? (
          <Markdown source={source} rendermime={rendermime} />
        ) : (
          <pre className="freezeout-Viewer-source">{source}</pre>
        )}
        {outputs.map(({ kind, text, media_type: media, data }, index) =>
          kind === 'image' ? (
            <img
              key={index}
              src={`data:${media};base64,${data}`}
              alt={text || trans.__('output %1', index + 1)}
            />
          ) : (
            <pre key={index} data-kind={kind}>
              {text}
            </pre>
          )
        )}
      </div>
    </div>
  );
}

function isDiff(text: string): boolean {
  return /^(---|\+\+\+|@@) /m.test(text) && /^[+-]/m.test(text);
}

/** A unified diff: the first sign of a line says what its colour says. */
function Diff({ text }: { readonly text: string }): React.JSX.Element {
  return (
    <>
      {text.split('\n').map((line, index) => (
        <span key={index} data-sign={line[0] ?? ''}>
          {line}
          {'\n'}
        </span>
      ))}
    </>
  );
}
