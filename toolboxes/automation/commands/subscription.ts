/** Commands of the WebSocket alone: subscriptions to samples, events and changes. */

import { Type } from 'typebox';
import { command } from '../command.ts';
import { maxChannels, type Subscriptions } from '../subscriptions/subscriptions.ts';

const eventTypes = ['log', 'edge', 'gap', 'range', 'setting', 'fault', 'disconnect'] as const;

export const subscriptionCommands = [
	command('subscribe', {
		brief: 'Subscribes to live samples, or to those of a recording, at up to `rate` Hz, as binary frames; to events, and to changes of recordings, devices and licences, as JSON.',
		needs: 'nothing',
		request: {
			channels: Type.Optional(Type.Array(Type.Object({ device_id: Type.String(), channel: Type.String() }), { minItems: 1, maxItems: maxChannels })),
			recording_id: Type.Optional(Type.Integer()),
			rate: Type.Optional(Type.Number({ exclusiveMinimum: 0 })),
			from: Type.Optional(Type.Number()),
			to: Type.Optional(Type.Number()),
			credit: Type.Optional(Type.Integer({ minimum: 1 })),
			events: Type.Optional(Type.Array(Type.Union(eventTypes.map((type) => Type.Literal(type))), { minItems: 1 })),
			recordings: Type.Optional(Type.Boolean()),
			devices: Type.Optional(Type.Boolean()),
			licences: Type.Optional(Type.Boolean()),
		},
		response: Type.Object({
			subscription: Type.Integer(),
			channels: Type.Optional(
				Type.Array(Type.Object({ device_id: Type.String(), channel: Type.String(), unit: Type.String(), sample_rate: Type.Number(), offset: Type.Optional(Type.Number()) })),
			),
		}),
		handle: (_context, request, { subscriptions }) => (subscriptions as Subscriptions).open(request),
	}),
	command('subscription_continue', {
		brief: 'Lets more frames of a recording be sent, where `subscribe` named a `credit`.',
		needs: 'nothing',
		request: { subscription: Type.Integer({ minimum: 1 }), frames: Type.Integer({ minimum: 1 }) },
		handle: (_context, { subscription, frames }, { subscriptions }) => (subscriptions as Subscriptions).continue(subscription, frames),
	}),
	command('unsubscribe', {
		brief: 'Ends a subscription; one that has ended succeeds. Frames that are under way may still arrive.',
		needs: 'nothing',
		request: { subscription: Type.Integer({ minimum: 1 }) },
		handle: (_context, { subscription }, { subscriptions }) => (subscriptions as Subscriptions).close(subscription),
	}),
];
