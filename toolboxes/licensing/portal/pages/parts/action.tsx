/** Something that a person sets off and that the portal may refuse: a form, or a button. While it runs it cannot be set off again. */

import { Button, type ButtonProps, Group, Stack } from '@mantine/core';
import { type ComponentPropsWithoutRef, type FormEvent, type ReactNode, useCallback, useState } from 'react';
import { Problem } from './problem.tsx';

export function useAction(): { busy: boolean; problem: string | undefined; run: (work: () => Promise<unknown>) => Promise<void> } {
	const [busy, setBusy] = useState(false);
	const [problem, setProblem] = useState<string>();
	const run = useCallback(async (work: () => Promise<unknown>) => {
		setBusy(true);
		setProblem(undefined);
		try {
			await work();
		} catch (error) {
			setProblem((error as Error).message);
		} finally {
			setBusy(false);
		}
	}, []);
	return { busy, problem, run };
}

/** The fields of a form by name; files as they are. */
export type Fields = (name: string) => string;

/** `onSubmit` is given the fields; what it throws is shown. Beside the button stand `more`. */
export function Form(props: {
	submit: string;
	onSubmit: (field: Fields, form: HTMLFormElement) => Promise<unknown>;
	more?: ReactNode;
	color?: string;
	children?: ReactNode;
	label?: string;
}) {
	const { busy, problem, run } = useAction();
	const submit = (event: FormEvent<HTMLFormElement>) => {
		event.preventDefault();
		const form = event.currentTarget;
		const data = new FormData(form);
		if (!busy) void run(() => props.onSubmit((name) => String(data.get(name) ?? ''), form));
	};
	return (
		<form onSubmit={submit} aria-label={props.label}>
			<Stack>
				{props.children}
				<Problem>{problem}</Problem>
				<Group>
					<Button type="submit" loading={busy} color={props.color}>
						{props.submit}
					</Button>
					{props.more}
				</Group>
			</Stack>
		</form>
	);
}

/** A button whose refusal is shown beneath it. */
export function ActionButton({
	action,
	children,
	...rest
}: { action: () => Promise<unknown> } & ButtonProps & Omit<ComponentPropsWithoutRef<'button'>, keyof ButtonProps | 'onClick'>) {
	const { busy, problem, run } = useAction();
	return (
		<>
			<Button variant="default" size="xs" {...rest} type="button" loading={busy} onClick={() => void run(action)}>
				{children}
			</Button>
			<Problem>{problem}</Problem>
		</>
	);
}
