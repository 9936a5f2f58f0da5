/** The files of a workspace as a tree: looked at, fetched, removed. */
import { Button, caretDownIcon, caretRightIcon, fileIcon, folderIcon } from '@jupyterlab/ui-components';
import React, { useRef, useState } from 'react';
import { Skeletons } from '../ui/pieces';
import { Said } from '../ui/said';
import { ago, bytes, count, exactly } from '../ui/words';
import type { Files, IEntry } from './files';
import type { IHost, IUnfoldedProps } from './host';
import * as ids from './ids';

/** A filter is offered when there are more files than one sees at once. */
const MANY = 15;

export function FilesView({ host, looked }: IUnfoldedProps): React.JSX.Element {
  const { trans, run } = host;
  const { files, row } = looked;
  const { total, failure, search, selected } = files;
  const workflow = row.id;
  const upload = row.status !== 'deleted' && (
    <Button
      small
      className="jp-mod-styled"
      title={trans.__('What is selected in the file browser')}
      onClick={() => {
        run(ids.UPLOAD, { workflow });
      }}
    >
      {trans.__('Upload…')}
    </Button>
  );
  return (
    <>
      {(search !== '' || (total ?? 0) > MANY) && (
        <input
          type="search"
          className="jp-mod-styled freezeout-Reana-filter"
          placeholder={trans.__('part of a path, or *.png')}
          aria-label={trans.__('Search the files of %1', row.full_name)}
          value={search}
          spellCheck={false}
          onChange={event => {
            files.search = event.target.value;
          }}
        />
      )}
      {failure && (
        <Said
          what={trans.__('The files could not be read.')}
          said={failure}
          trans={trans}
          tabIndex={0}
          retry={() => void files.load()}
        />
      )}
      {total === null && !failure && <Skeletons label={trans.__('Loading the files')} rows={3} />}
      {total === 0 && (
        <>
          <div className="freezeout-mod-quiet">
            {search ? trans.__('nothing found') : trans.__('The workspace is empty.')}
          </div>
          <div className="freezeout-Card-actions">{upload}</div>
        </>
      )}
      {total !== null && total > 0 && (
        <>
          <Tree host={host} files={files} workflow={workflow} label={row.full_name} />
          <div className="freezeout-Card-actions">
            <Button
              small
              className="jp-mod-styled"
              title={trans.__('Into the folder that the file browser shows')}
              onClick={() => {
                run(ids.DOWNLOAD, { workflow, paths: [...selected] });
              }}
            >
              {selected.size > 0
                ? trans.__('Download selected (%1)', count(selected.size))
                : trans.__('Download all')}
            </Button>
            {upload}
            {selected.size > 0 && (
              <Button
                small
                className="jp-mod-styled"
                onClick={() => {
                  host.model.question = { what: 'remove-files', id: workflow };
                }}
              >
                {trans.__('Remove…')}
              </Button>
            )}
            {files.hasMore && (
              <Button
                small
                className="jp-mod-styled"
                disabled={files.isLoading}
                onClick={() => void files.more()}
              >
                {trans.__('Load more (%1 of %2)', count(files.loaded), count(total))}
              </Button>
            )}
          </div>
        </>
      )}
    </>
  );
}

interface ITreeProps {
  readonly host: IHost;
  readonly files: Files;
  readonly workflow: string;
  readonly label: string;
}

function Tree({ host, files, workflow, label }: ITreeProps): React.JSX.Element {
  const { trans, run } = host;
  const { entries } = files;
  const box = useRef<HTMLDivElement>(null);
  const [at, setAt] = useState(0);
  const active = Math.min(at, entries.length - 1);
  const id = (index: number): string => `freezeout-reana-${workflow}-${String(index)}`;
  const go = (to: number): void => {
    const index = Math.max(0, Math.min(entries.length - 1, to));
    setAt(index);
    box.current?.querySelector(`[data-index="${String(index)}"]`)?.scrollIntoView({ block: 'nearest' });
  };
  const enter = (entry: IEntry): void => {
    if (entry.hidden > 0) {
      files.showMore(entry.path);
    } else if (entry.file) {
      run(ids.FILES, { workflow, path: entry.path });
    } else {
      files.toggle(entry.path);
    }
  };
  return (
    <div
      ref={box}
      className="freezeout-Reana-files"
      role="tree"
      tabIndex={0}
      aria-label={trans.__('Files of %1', label)}
      aria-multiselectable
      aria-activedescendant={id(active)}
      aria-busy={files.isLoading}
      onKeyDown={event => {
        const entry = entries[active];
        const to = {
          ArrowDown: active + 1,
          ArrowUp: active - 1,
          PageDown: active + 10,
          PageUp: active - 10,
          Home: 0,
          End: entries.length - 1
        }[event.key];
        if (!entry || event.altKey || event.ctrlKey || event.metaKey) {
          return;
        }
        if (to !== undefined) {
          go(to);
        } else if (event.key === 'Enter') {
          enter(entry);
        } else if (event.key === ' ') {
          if (entry.hidden === 0) {
            files.toggleSelected(entry.path);
          }
        } else if (event.key === 'ArrowRight') {
          if (!entry.file && !entry.expanded && entry.hidden === 0) {
            files.toggle(entry.path);
          } else {
            go(active + 1);
          }
        } else if (event.key === 'ArrowLeft') {
          if (entry.expanded) {
            files.toggle(entry.path);
          } else {
            go(parent(entries, active));
          }
        } else if (event.key === 'Delete') {
          if (files.selected.size === 0 && entry.hidden === 0) {
            files.select(entry.path);
          }
          host.model.question = { what: 'remove-files', id: workflow };
        } else if (event.key === 'Escape' && files.selected.size > 0) {
          files.select();
        } else {
          return;
        }
        event.preventDefault();
        event.stopPropagation();
      }}
    >
      {entries.map((entry, index) => (
        <Line
          key={`${entry.path} ${String(entry.hidden)}`}
          host={host}
          entry={entry}
          id={id(index)}
          index={index}
          active={index === active}
          selected={entry.hidden === 0 && files.selected.has(entry.path)}
          onClick={event => {
            setAt(index);
            if (event.ctrlKey || event.metaKey) {
              files.toggleSelected(entry.path);
            } else if (event.shiftKey) {
              const [from, last] = [Math.min(active, index), Math.max(active, index)];
              files.select(...entries.slice(from, last + 1).map(({ path }) => path));
            } else {
              enter(entry);
            }
          }}
          onToggle={() => {
            setAt(index);
            files.toggleSelected(entry.path);
          }}
        />
      ))}
    </div>
  );
}

interface ILineProps {
  readonly host: IHost;
  readonly entry: IEntry;
  readonly id: string;
  readonly index: number;
  readonly active: boolean;
  readonly selected: boolean;
  readonly onClick: (event: React.MouseEvent) => void;
  readonly onToggle: () => void;
}

function Line(props: ILineProps): React.JSX.Element {
  const { host, entry, id, index, active, selected, onClick, onToggle } = props;
  const { trans } = host;
  const { name, level, file, expanded, hidden } = entry;
  const Caret = expanded ? caretDownIcon : caretRightIcon;
  const Icon = file ? fileIcon : folderIcon;
  return (
    <div
      id={id}
      role="treeitem"
      className="freezeout-Reana-file"
      data-index={index}
      data-active={active}
      data-path={entry.path}
      aria-level={level}
      aria-selected={selected}
      aria-expanded={file || hidden > 0 ? undefined : expanded}
      style={{ paddingLeft: `${String((level - 1) * 12)}px` }}
      title={file ? title(entry) : entry.path}
      onClick={onClick}
    >
      {hidden > 0 ? (
        <span className="freezeout-Link">{trans.__('%1 more', count(hidden))}</span>
      ) : (
        <>
          <input
            type="checkbox"
            tabIndex={-1}
            aria-hidden
            checked={selected}
            onChange={onToggle}
            onClick={event => {
              event.stopPropagation();
            }}
          />
          <span className="freezeout-Tree-caret" aria-hidden>
            {!file && <Caret.react tag="span" />}
          </span>
          <Icon.react tag="span" className="freezeout-Tree-icon" />
          <span className="freezeout-Reana-filename">{name}</span>
          <span className="freezeout-Tree-note">
            {file
              ? bytes(trans, file.size)
              : trans._n('%2 file', '%2 files', entry.count, count(entry.count))}
          </span>
        </>
      )}
    </div>
  );
}

function title({ path, file }: IEntry): string {
  const modified = file?.modified;
  return modified ? `${path}\n${exactly(modified)} (${ago(modified)})` : path;
}

function parent(entries: readonly IEntry[], at: number): number {
  const level = entries[at]?.level ?? 1;
  for (let index = at - 1; index >= 0; index -= 1) {
    if ((entries[index]?.level ?? 0) < level) {
      return index;
    }
  }
  return at;
}
