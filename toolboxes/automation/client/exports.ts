/** What `microjoule/client` offers besides `connect`. */

export { MicrojouleError } from '../../../drivers/errors.ts';
export { ScriptingError, type WireCode } from '../scripting-error.ts';
export type { Credentials, WantedLicence } from './auto-licence.ts';
export type { Client, Methods, RequestOptions, ServerInformation } from './client.ts';
export type { Commands, SubscriptionCommands } from './commands.ts';
export type { EventMessage, Samples, SubscribedChannel, Subscription, SubscriptionMessage, SubscriptionOptions } from './subscription.ts';
