/** The commands of the environments. */
export const REVEAL = 'freezeout:reveal-environments';
export const REFRESH = 'freezeout:refresh-environments';
export const BUILD = 'freezeout:build-environment';
export const CANCEL = 'freezeout:cancel-environment-job';
export const TEST = 'freezeout:test-environment';
export const UPDATE = 'freezeout:update-environment';
export const REMOVE = 'freezeout:remove-environment';
export const NOTEBOOK = 'freezeout:open-environment-notebook';
export const CONSOLE = 'freezeout:open-environment-console';
export const USE = 'freezeout:use-environment';
export const LOCK = 'freezeout:show-environment-lock';
export const COPY = 'freezeout:copy-environment-install-line';
export const CLONE = 'freezeout:clone-environment';
export const DETAILS = 'freezeout:show-environment-details';
export const LOG = 'freezeout:show-environment-log';
