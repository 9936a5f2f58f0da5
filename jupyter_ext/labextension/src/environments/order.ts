/** Which environments are shown, and in what order. */
import type { IEnvironment } from './api';

export type Group = 'usable' | 'buildable' | 'unavailable';

export const GROUPS: readonly Group[] = ['usable', 'buildable', 'unavailable'];

/**
 * Where an environment stands: what can be used first, then what can be built, then the rest. One that
 * is being built stays where it was.
 */
export function groupOf({ state, built_at: builtAt }: IEnvironment): Group {
  switch (state) {
    case 'unavailable':
      return 'unavailable';
    case 'ready':
      return 'buildable';
    case 'building':
      return builtAt ? 'usable' : 'buildable';
    default:
      return 'usable';
  }
}

/** Those of a group by title; what lacks something comes after what does not. */
export function inOrder(environments: readonly IEnvironment[]): IEnvironment[] {
  const lacks = ({ missing }: IEnvironment): number => (missing.length > 0 ? 1 : 0);
  return [...environments].sort(
    (one, other) => lacks(one) - lacks(other) || one.title.localeCompare(other.title)
  );
}

/** Whether all words of a search are somewhere on the card. */
export function matches(environment: IEnvironment, query: string, state: string): boolean {
  const text = [
    environment.name,
    environment.title,
    environment.summary,
    state,
    ...environment.offered_as,
    ...environment.packages.map(({ name }) => name),
    ...environment.missing.map(({ name }) => name),
    ...environment.notebooks.flatMap(({ experiment, title }) => [experiment, title])
  ]
    .join('\n')
    .toLowerCase();
  return query
    .toLowerCase()
    .split(/\s+/)
    .every(word => text.includes(word));
}
