/** What all that is said of a DID is given. */
import type { Details } from './details';
import type { IHost } from './host';

export interface IDetailsProps {
  readonly host: IHost;
  readonly details: Details;
}
