/** The form that runs an experiment or a notebook on REANA. */
import { Button } from '@jupyterlab/ui-components';
import React from 'react';
import { isLive } from '../../jobs/api';
import { OneJob } from '../../jobs/list';
import { Skeletons } from '../../ui/pieces';
import { Said } from '../../ui/said';
import { Fields } from './fields';
import type { IFieldsProps } from './fields';
import { Inputs, Others } from './others';
import { Picker } from './picker';
import { WillRun } from './willrun';

export function RunView(props: IFieldsProps): React.JSX.Element {
  const { model, trans } = props;
  const { form, failure } = model;
  if (!model.isChosen) {
    return <Picker {...props} />;
  }
  if (!form) {
    return failure ? (
      <>
        <Said
          what={trans.__('The form could not be read.')}
          said={failure}
          trans={trans}
          tabIndex={0}
          retry={() => void model.load()}
        />
        <Another {...props} />
      </>
    ) : (
      <Skeletons label={trans.__('Loading the form')} rows={12} />
    );
  }
  const presets = Object.keys(form.presets);
  return (
    <form
      aria-label={trans.__('Run %1 on REANA', form.title)}
      onSubmit={event => {
        event.preventDefault();
        if (model.isValid && !model.isPlanning && model.pending === null) {
          void model.submit();
        }
      }}
    >
      <div className="freezeout-Run-head">
        <h1>{form.title}</h1>
        {presets.length > 0 && (
          <label>
            {trans.__('Preset')}
            <select
              className="jp-mod-styled"
              value={model.preset}
              onChange={event => {
                model.set({ preset: event.target.value, typed: {}, scanned: {} });
              }}
            >
              {!presets.includes(model.preset) && <option value={model.preset}>{model.preset}</option>}
              {presets.map(preset => (
                <option key={preset} value={preset}>
                  {preset}
                </option>
              ))}
            </select>
          </label>
        )}
        <Another {...props} />
      </div>
      <h2>{trans.__('Parameters')}</h2>
      <Fields {...props} />
      <h2>{trans.__('Inputs')}</h2>
      <Inputs {...props} />
      <h2>{trans.__('Where and how')}</h2>
      <Others {...props} />
      <Problems {...props} />
      <Submit {...props} />
      <WillRun {...props} />
    </form>
  );
}

function Another({ model, trans }: IFieldsProps): React.JSX.Element {
  return (
    <button
      type="button"
      className="freezeout-Link"
      onClick={() => {
        model.thing = {};
      }}
    >
      {trans.__('something else')}
    </button>
  );
}

/** What is wrong with the whole of it. */
function Problems({ model, trans }: IFieldsProps): React.JSX.Element {
  const { problems, planFailure, isPlanning } = model;
  return (
    <div role="alert">
      {!isPlanning &&
        problems.map(problem => (
          <Said
            key={problem.code + problem.message}
            what={problem.message}
            said={{ ...problem, message: '' }}
            trans={trans}
            tabIndex={0}
          />
        ))}
      {planFailure && (
        <Said
          what={trans.__('It cannot be run like this.')}
          said={planFailure}
          trans={trans}
          tabIndex={0}
          retry={() => {
            model.set({});
          }}
        />
      )}
    </div>
  );
}

function Submit({ model, trans }: IFieldsProps): React.JSX.Element {
  const { plan, isPlanning, pending, refusal, job, saved } = model;
  const { connections, jobs } = model.options.model;
  const name = model.connection;
  const ready = connections.all?.find(one => one.name === name)?.state === 'ready';
  return (
    <>
      <div className="freezeout-Card-actions freezeout-Run-actions">
        <Button
          type="submit"
          className="jp-mod-styled jp-mod-accept"
          disabled={!model.isValid || isPlanning || pending !== null || !ready}
        >
          {pending === 'submit' ? trans.__('submitting…') : trans.__('Run on REANA')}
        </Button>
        <Button
          type="button"
          className="jp-mod-styled"
          disabled={!model.isValid || isPlanning || pending !== null}
          onClick={() => void model.save()}
        >
          {trans.__('Save as a REANA folder')}
        </Button>
        <span className="freezeout-mod-quiet" role="status">
          {isPlanning
            ? trans.__('looking…')
            : plan && plan.steps > 0
              ? trans._n('%1 step', '%1 steps', plan.steps)
              : ''}
          {!ready && connections.all && ` ${trans.__('%1 is not ready', name)}`}
        </span>
      </div>
      {saved && (
        <div role="status">
          {trans.__('Saved:')} <code>{saved}</code>
        </div>
      )}
      {refusal && (
        <div role="alert">
          <Said what={trans.__('That did not work.')} said={refusal} trans={trans} tabIndex={0} />
        </div>
      )}
      {job && (
        <div className="freezeout-Run-job">
          {isLive(job) && <div>{job.title}</div>}
          <OneJob job={job} jobs={jobs} trans={trans} />
          {job.error && <Said what={trans.__('It failed.')} said={job.error} trans={trans} tabIndex={0} />}
        </div>
      )}
    </>
  );
}
