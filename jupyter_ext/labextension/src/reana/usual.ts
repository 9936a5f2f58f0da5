/** What every question about a workflow shares. */
import type { IAskProps } from '../ui/ask';
import type { IUnfoldedProps } from './host';
import type { What } from './question';

export function usual(
  { host, looked }: IUnfoldedProps,
  what: What
): Pick<IAskProps, 'pending' | 'said' | 'onNo' | 'trans'> {
  const { model, trans } = host;
  const key = `${what} ${looked.row.id}`;
  return {
    pending: model.asked.isPending(key),
    said: model.asked.refusal(key),
    trans,
    onNo: () => {
      model.asked.dismiss(key);
      model.question = null;
    }
  };
}
