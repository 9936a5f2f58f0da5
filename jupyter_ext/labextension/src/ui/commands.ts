/** What commands share: what they are given, when they can be chosen, and how they stand in the palette. */
import type { ICommandPalette } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { VDomRenderer } from '@jupyterlab/ui-components';
import type { CommandRegistry } from '@lumino/commands';
import type { ReadonlyJSONObject, ReadonlyPartialJSONObject } from '@lumino/coreutils';

/** What can be done with something, of which `C` is what is known. */
export interface IAction<C> {
  readonly id: string;

  /** In a menu. */
  readonly label: (trans: TranslationBundle, context: C) => string;

  /** In the palette, where it stands without its object. */
  readonly long: (trans: TranslationBundle) => string;
  readonly offered: (context: C) => boolean;

  /** Whether a line follows in the menu. */
  readonly last?: boolean;
}

export type Args = ReadonlyPartialJSONObject;

/** An argument that is text; empty when it is not there. */
export function text(args: Args, name: string): string {
  const value = args[name];
  return typeof value === 'string' ? value : '';
}

/**
 * Describe what commands may be given.
 *
 * @param known - schemas by name; of what is text the description alone
 * @param required - what is given always
 */
export function takes(
  trans: TranslationBundle,
  known: Readonly<Record<string, string | ReadonlyJSONObject>>,
  required: readonly string[] = []
): { readonly args: ReadonlyJSONObject } {
  const properties = Object.entries(known).map(([name, schema]) => [
    name,
    typeof schema === 'string' ? { type: 'string', description: schema } : schema
  ]);
  const isPalette = { type: 'boolean', description: trans.__('Whether the palette asks') };
  return {
    args: {
      type: 'object',
      properties: { ...Object.fromEntries(properties), isPalette } as ReadonlyJSONObject,
      ...(required.length > 0 ? { required: [...required] } : {})
    }
  };
}

/** Put commands into the palette. */
export function addToPalette(palette: ICommandPalette, category: string, commands: readonly string[]): void {
  for (const command of commands) {
    palette.addItem({ command, args: { isPalette: true }, category });
  }
}

/** Have it seen which commands can be chosen, whenever what that hangs on changes. */
export function notifyOf(commands: CommandRegistry, model: VDomRenderer.IModel, hangsOn: () => string): void {
  let before = '';
  model.stateChanged.connect(() => {
    // not each time: the palette asks again when it is opened
    const now = hangsOn();
    if (now !== before) {
      before = now;
      commands.notifyCommandChanged();
    }
  });
}
