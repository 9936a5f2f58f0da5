/** The rules that hold a DID somewhere: how far they are, until when, and what is wrong with them. */
import { Button } from '@jupyterlab/ui-components';
import React, { useState } from 'react';
import { Progress } from '../jobs/progress';
import { Refused } from '../ui/refused';
import { Said } from '../ui/said';
import { count, percent } from '../ui/words';
import type { IRule } from './api';
import { isEnding } from './details';
import { Moment, Skeletons } from '../ui/pieces';
import { Question } from './questions';
import type { IDetailsProps, IHost } from './host';
import { ruleWord } from './words';

export function Rules({ host, details }: IDetailsProps): React.JSX.Element {
  const { trans } = host;
  const { value, failure } = details.rules;
  return (
    <section aria-labelledby="freezeout-lake-rules">
      <h3 id="freezeout-lake-rules">{trans.__('Rules')}</h3>
      {failure && (
        <Said
          what={trans.__('The rules could not be read.')}
          said={failure}
          trans={trans}
          tabIndex={0}
          retry={() => void details.retry('rules')}
        />
      )}
      {!value && !failure && <Skeletons label={trans.__('Loading rules')} rows={2} />}
      {value?.length === 0 && <div className="freezeout-mod-quiet">{trans.__('No rule holds it.')}</div>}
      <ul className="freezeout-List freezeout-Lake-rules">
        {value?.map(rule => (
          <Rule key={rule.id} host={host} rule={rule} did={details.did} />
        ))}
      </ul>
    </section>
  );
}

interface IRuleProps {
  readonly host: IHost;
  readonly rule: IRule;

  /** What is looked at; the rule may be of something around it. */
  readonly did: string;
}

function Rule({ host, rule, did }: IRuleProps): React.JSX.Element {
  const { model, trans } = host;
  const { question } = model.unfolded;
  const total = rule.ok + rule.replicating + rule.stuck;
  const ending = isEnding(rule, model.jobs.now());
  const moving = !ending && (rule.state === 'REPLICATING' || rule.state === 'STUCK');
  const asks = question?.what === 'rule' && question.rule.id === rule.id;
  const share = percent(rule.progress);
  return (
    <li data-rule={rule.id} data-state={rule.state}>
      <div className="freezeout-Lake-rule">
        <span className="freezeout-Lake-sign" data-sign={rule.state} />
        <span className="freezeout-List-name" title={rule.rse_expression}>
          {rule.rse_expression}
        </span>
        <span>{ending ? trans.__('being removed') : ruleWord(trans, rule.state)}</span>
        {moving && total > 0 && (
          <>
            <Progress fraction={rule.progress} label={trans.__('Copies at %1', rule.rse_expression)} />
            <span
              className="freezeout-List-amount"
              title={trans.__('%1 of %2 copies', count(rule.ok), count(total))}
            >
              {`${String(share)} %`}
            </span>
          </>
        )}
      </div>
      <div className="freezeout-Lake-more">
        {rule.expires_at ? (
          <span>
            {ending ? trans.__('ended') : trans.__('expires')} <Moment at={rule.expires_at} />
          </span>
        ) : (
          <span>{trans.__('forever')}</span>
        )}
        {rule.did !== did && <span title={rule.did}>{trans.__('of %1', rule.did)}</span>}
        {!rule.mine && <span>{trans.__('by %1', rule.account)}</span>}
      </div>
      {rule.error && !ending && <div className="freezeout-Lake-error">{rule.error}</div>}
      {rule.mine && !asks && !ending && <Change {...{ host, rule, did }} />}
      {asks && (
        <Question
          host={host}
          title={trans.__('Cancel the rule at %1?', rule.rse_expression)}
          yes={trans.__('Cancel the rule')}
          what={`rule ${rule.id}`}
          onYes={() => void model.changes.removeRule(rule.id)}
        >
          <div>
            {trans.__(
              'Copies of %1 at %2 that no other rule holds go; what is being copied is stopped.',
              rule.did,
              rule.rse_expression
            )}
          </div>
        </Question>
      )}
      {!asks && (
        <Refused
          asked={model.asked}
          what={`rule ${rule.id}`}
          sentence={trans.__('The rule stays as it is.')}
          trans={trans}
        />
      )}
    </li>
  );
}

/** Another lifetime, or an end. */
function Change({ host, rule }: IRuleProps): React.JSX.Element {
  const { model, trans } = host;
  const [open, setOpen] = useState(false);
  const pending = model.asked.isPending(`rule ${rule.id}`);
  return (
    <div className="freezeout-Lake-change">
      {open ? (
        <select
          className="jp-mod-styled"
          autoFocus
          aria-label={trans.__('Hold at %1 for', rule.rse_expression)}
          defaultValue=""
          onBlur={() => {
            setOpen(false);
          }}
          onKeyDown={event => {
            if (event.key === 'Escape') {
              event.stopPropagation();
              setOpen(false);
            }
          }}
          onChange={event => {
            const chosen = model.lifetimes[Number(event.target.value)];
            if (event.target.value && chosen) {
              setOpen(false);
              void model.changes.changeRule(rule.id, chosen.seconds);
            }
          }}
        >
          <option value="">{trans.__('hold for…')}</option>
          {model.lifetimes.map(({ label }, index) => (
            <option key={label} value={index}>
              {label}
            </option>
          ))}
        </select>
      ) : (
        <Button
          small
          minimal
          className="freezeout-Unfold"
          disabled={pending}
          onClick={() => {
            setOpen(true);
          }}
        >
          {trans.__('Change lifetime')}
        </Button>
      )}
      <Button
        small
        minimal
        className="freezeout-Unfold"
        disabled={pending}
        onClick={() => {
          model.unfolded.question = { what: 'rule', rule };
        }}
      >
        {trans.__('Cancel rule…')}
      </Button>
    </div>
  );
}
