/** The metadata of a DID: shown, added, edited, deleted; types are kept. */
import { Button } from '@jupyterlab/ui-components';
import React, { useLayoutEffect, useRef, useState } from 'react';
import { Refused } from '../ui/refused';
import { cut } from '../ui/words';
import type { Metadata as Values } from './api';
import { Skeletons } from '../ui/pieces';
import { Question } from './questions';
import type { IDetailsProps, IHost } from './host';
import { editable, shown, typed, typeWord } from './values';

/** Signs of a value that are shown. */
const MOST = 120;

export function Metadata({ host, details }: IDetailsProps): React.JSX.Element {
  const { trans, model } = host;
  const [adding, setAdding] = useState(false);
  const [edited, setEdited] = useState('');
  const box = useRef<HTMLElement>(null);
  const left = useRef<string | null>(null);
  useLayoutEffect(() => {
    // who has edited is where the editing began
    if (left.current !== null) {
      box.current?.querySelector<HTMLElement>(`[data-edits="${CSS.escape(left.current)}"]`)?.focus();
      left.current = null;
    }
  });
  const { value } = details.info;
  const keys = Object.keys(value?.metadata ?? {}).sort();
  const { question } = model.unfolded;
  return (
    <section ref={box} aria-labelledby="freezeout-lake-metadata">
      <h3 id="freezeout-lake-metadata">{trans.__('Metadata')}</h3>
      {!value && !details.info.failure && <Skeletons label={trans.__('Loading metadata')} rows={2} />}
      {value && keys.length === 0 && <div className="freezeout-mod-quiet">{trans.__('None.')}</div>}
      {value && !value.mine && (
        <div className="freezeout-mod-quiet">
          {trans.__('Only %1, to whom it belongs, can change it.', value.account || trans.__('its owner'))}
        </div>
      )}
      {value && (
        <dl className="freezeout-Pairs">
          {keys.map(key => (
            <React.Fragment key={key}>
              {question?.what === 'metadata' && question.key === key ? (
                <dd className="freezeout-Lake-wide">
                  <Question
                    host={host}
                    title={trans.__('Delete %1?', key)}
                    yes={trans.__('Delete')}
                    what={`metadata ${key}`}
                    onYes={() => void model.changes.deleteMetadata(key)}
                  >
                    <div>{trans.__('It is %1 now.', cut(shown(value.metadata[key]), MOST))}</div>
                  </Question>
                </dd>
              ) : edited === key ? (
                <dd className="freezeout-Lake-wide">
                  <Editor
                    host={host}
                    name={key}
                    values={value.metadata}
                    done={() => {
                      left.current = key;
                      setEdited('');
                    }}
                  />
                </dd>
              ) : (
                <>
                  <dt title={key}>{key}</dt>
                  <dd>
                    <Value
                      {...{ host, values: value.metadata, name: key, mine: value.mine }}
                      edit={() => {
                        setAdding(false);
                        setEdited(key);
                      }}
                    />
                    <Refused
                      asked={model.asked}
                      what={`metadata ${key}`}
                      sentence={trans.__('It stays as it is.')}
                      trans={trans}
                    />
                  </dd>
                </>
              )}
            </React.Fragment>
          ))}
        </dl>
      )}
      {adding && value && (
        <Editor
          host={host}
          name=""
          values={value.metadata}
          done={() => {
            left.current = '';
            setAdding(false);
          }}
        />
      )}
      {value?.mine && !adding && (
        <Button
          small
          minimal
          className="freezeout-Unfold"
          data-edits=""
          onClick={() => {
            setEdited('');
            setAdding(true);
          }}
        >
          {trans.__('Add metadata')}
        </Button>
      )}
    </section>
  );
}

interface IValueProps {
  readonly host: IHost;
  readonly values: Values;
  readonly name: string;
  readonly mine: boolean;
  readonly edit: () => void;
}

function Value({ host, values, name, mine, edit }: IValueProps): React.JSX.Element {
  const { trans, model } = host;
  const value = values[name];
  const text = shown(value);
  if (!mine) {
    return <span title={`${text}\n(${typeWord(trans, value)})`}>{cut(text, MOST)}</span>;
  }
  return (
    <span className="freezeout-Lake-value">
      <button
        className="freezeout-Unfold"
        data-edits={name}
        title={`${trans.__('Edit (%1)', typeWord(trans, value))}${text.length > MOST ? `\n${text}` : ''}`}
        aria-label={trans.__('Edit %1: %2', name, cut(text, MOST))}
        onClick={edit}
      >
        {text === '' ? '‘’' : cut(text, MOST)}
      </button>
      <button
        className="freezeout-Unfold freezeout-Lake-x"
        title={trans.__('Delete %1', name)}
        aria-label={trans.__('Delete %1', name)}
        onClick={() => {
          model.unfolded.question = { what: 'metadata', key: name };
        }}
      >
        ✕
      </button>
    </span>
  );
}

interface IEditorProps {
  readonly host: IHost;

  /** The key; empty for a new one. */
  readonly name: string;
  readonly values: Values;
  readonly done: () => void;
}

function Editor({ host, name, values, done }: IEditorProps): React.JSX.Element {
  const { model, trans } = host;
  const [key, setKey] = useState(name);
  const [text, setText] = useState(name ? editable(values[name]) : '');
  const value = typed(text);
  const trimmed = key.trim();
  const taken = !name && Object.keys(values).includes(trimmed);
  const pending = model.asked.isPending(`metadata ${trimmed}`);
  const box = useRef<HTMLFormElement>(null);
  useLayoutEffect(() => {
    box.current?.scrollIntoView({ block: 'nearest' });
  }, []);
  return (
    <form
      ref={box}
      className="freezeout-Ask"
      aria-label={name ? trans.__('Edit %1', name) : trans.__('Add metadata')}
      onSubmit={event => {
        event.preventDefault();
        if (trimmed && !taken && !pending) {
          void model.changes.setMetadata(trimmed, value).then(kept => {
            if (kept) {
              done();
            }
          });
        }
      }}
      onKeyDown={event => {
        if (event.key === 'Escape') {
          event.stopPropagation();
          model.asked.dismiss(`metadata ${trimmed}`);
          done();
        }
      }}
    >
      {!name && (
        <input
          className="jp-mod-styled"
          autoFocus
          placeholder={trans.__('key')}
          aria-label={trans.__('Key')}
          value={key}
          spellCheck={false}
          onChange={event => {
            setKey(event.target.value);
          }}
        />
      )}
      <input
        className="jp-mod-styled"
        autoFocus={name !== ''}
        placeholder={trans.__('value')}
        aria-label={name ? trans.__('Value of %1', name) : trans.__('Value')}
        value={text}
        spellCheck={false}
        onChange={event => {
          setText(event.target.value);
        }}
      />
      <div className="freezeout-Said-hint">
        {taken
          ? trans.__('There is a key of this name.')
          : trans.__('%1; text in quotes stays text', typeWord(trans, value))}
      </div>
      <Refused
        asked={model.asked}
        what={`metadata ${trimmed}`}
        sentence={trans.__('It stays as it is.')}
        trans={trans}
      />
      <div className="freezeout-Card-actions">
        <Button
          small
          type="submit"
          className="jp-mod-styled jp-mod-accept"
          disabled={!trimmed || taken || pending}
        >
          {trans.__('Save')}
        </Button>
        <Button
          small
          type="button"
          className="jp-mod-styled"
          onClick={() => {
            model.asked.dismiss(`metadata ${trimmed}`);
            done();
          }}
        >
          {trans.__('Cancel')}
        </Button>
      </div>
    </form>
  );
}
