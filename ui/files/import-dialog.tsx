/** Which files are imported, and what has to be said about them: most say it themselves. */

import { Alert, Button, Collapse, FileButton, Group, NumberInput, Radio, Select, SimpleGrid, Text, TextInput } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import { Dialog } from '../layout/dialog.tsx';
import { usePage } from '../page.ts';
import classes from './files.module.css';
import { type FileFormat, filesApi, type ImportRules, type NamedColumn } from './files-api.ts';
import { isCancelled } from './files-state.ts';
import { forPage, importMeasured, importProfiles, sorted } from './import-files.ts';

const recognised = 'auto';
type Amount = number | string;

export function ImportDialog({ incoming, onClose }: { readonly incoming: readonly File[]; readonly onClose: () => void }) {
	const page = usePage();
	const [files, setFiles] = useState<readonly File[]>([]);
	const [formats, setFormats] = useState<readonly FileFormat[]>([]);
	const [format, setFormat] = useState(recognised);
	const [name, setName] = useState('');
	const [supply, setSupply] = useState<Amount>('');
	const [rate, setRate] = useState<Amount>('');
	const [skipLines, setSkipLines] = useState<Amount>('');
	const [delimiter, setDelimiter] = useState('');
	const [time, setTime] = useState('');
	const [columns, setColumns] = useState('');
	const [isTable, setTable] = useState(false);
	const [together, setTogether] = useState(true);
	const [error, setError] = useState<string>();
	const [busy, setBusy] = useState(false);
	const closed = useRef(false);

	const take = (chosen: readonly File[]) => {
		const { profiles, measured } = sorted(chosen);
		void importProfiles(profiles);
		setError(undefined);
		setFiles((before) => [...before.filter((file) => !measured.some((other) => other.name === file.name)), ...measured]);
		// Nothing but profiles: there is nothing to ask.
		if (profiles.length > 0 && measured.length === 0) onClose();
	};
	// biome-ignore lint/correctness/useExhaustiveDependencies: files that are dropped, once each
	useEffect(() => {
		if (incoming.length > 0) take(incoming);
	}, [incoming]);
	useEffect(() => {
		filesApi.formats().then(
			({ readable }) => setFormats(readable),
			(thrown: Error) => setError(thrown.message),
		);
	}, []);

	const submit = async () => {
		setBusy(true);
		setError(undefined);
		try {
			const rules: ImportRules = {
				name: name.trim() || undefined,
				format: format === recognised ? undefined : format,
				supplyV: amount(supply),
				rate: amount(rate),
				skipLines: amount(skipLines),
				delimiter: delimiter === 'tab' ? '\t' : delimiter || undefined,
				time: time.trim() === '' ? undefined : columnOf(time),
				columns: columns.trim() === '' ? undefined : columns.split(',').map(columnOf),
			};
			const recordings = await importMeasured(page, files, rules, together);
			page.battery.set({ tab: null });
			page.choice.set({ recordings });
			if (!closed.current) onClose();
		} catch (thrown) {
			setBusy(false);
			if (!isCancelled(thrown)) setError(forPage((thrown as Error).message));
		}
	};
	const close = () => {
		closed.current = true;
		onClose();
	};
	return (
		<Dialog title="Import files" opened onClose={close} size="lg">
			{error && (
				<Alert color="red" mb="sm" role="alert">
					{error}
				</Alert>
			)}
			{files.length > 0 ? (
				<ul className={classes.names} aria-label="Files to import">
					{files.map((file) => (
						<li key={file.name}>{file.name}</li>
					))}
				</ul>
			) : (
				<Text size="sm" c="dimmed">
					Drop files anywhere on the page, or choose them: {formats.map(({ title }) => title).join('; ')}; a zip of exported files; battery profiles (JSON).
				</Text>
			)}
			<FileButton multiple onChange={take}>
				{(props) => (
					<Button {...props} variant={files.length > 0 ? 'default' : 'filled'} size="xs" my="sm" disabled={busy}>
						{files.length > 0 ? 'Add files…' : 'Choose files…'}
					</Button>
				)}
			</FileButton>
			{files.length > 1 && (
				<Radio.Group value={together ? 'one' : 'each'} onChange={(value) => setTogether(value === 'one')} label="They become" mb="sm">
					<Group gap="md" mt={4}>
						<Radio value="one" label="one recording" />
						<Radio value="each" label="a recording each" />
					</Group>
				</Radio.Group>
			)}
			<SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm">
				<Select
					label="Format"
					data={[{ value: recognised, label: 'Recognised' }, ...formats.map(({ name: value, title }) => ({ value, label: title }))]}
					value={format}
					onChange={(value) => setFormat(value ?? recognised)}
					allowDeselect={false}
				/>
				<TextInput label="Name" placeholder="as the file" value={name} onChange={(event) => setName(event.currentTarget.value)} />
				<NumberInput
					label="Supply voltage"
					description="Adds power and energy to a current"
					placeholder="none"
					suffix=" V"
					min={0}
					decimalSeparator="."
					value={supply}
					onChange={setSupply}
				/>
				<NumberInput label="Sample rate" description="Where the file does not say it" placeholder="as the file" suffix=" samples/s" min={0} value={rate} onChange={setRate} />
			</SimpleGrid>
			<Button variant="subtle" size="compact-sm" mt="xs" aria-expanded={isTable} onClick={() => setTable(!isTable)}>
				Columns of a table
			</Button>
			<Collapse expanded={isTable}>
				<SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm" mt="xs">
					<TextInput
						label="Columns"
						description="Name or number, unit, channel: I_batt:mA=mc,U:V=mv"
						placeholder="all that name their unit"
						value={columns}
						onChange={(event) => setColumns(event.currentTarget.value)}
					/>
					<TextInput label="Time column" description="Name or number, unit: t:ms" placeholder="recognised" value={time} onChange={(event) => setTime(event.currentTarget.value)} />
					<TextInput
						label="Between columns"
						description="One character, or tab"
						placeholder="recognised"
						value={delimiter}
						onChange={(event) => setDelimiter(event.currentTarget.value)}
					/>
					<NumberInput label="Lines to skip" description="Before the names" placeholder="recognised" min={0} allowDecimal={false} value={skipLines} onChange={setSkipLines} />
				</SimpleGrid>
			</Collapse>
			<Group justify="flex-end" mt="md" gap="xs">
				<Button variant="default" onClick={close}>
					{busy ? 'Go on in the background' : 'Cancel'}
				</Button>
				<Button disabled={files.length === 0} loading={busy} onClick={() => void submit()}>
					Import
				</Button>
			</Group>
		</Dialog>
	);
}

function amount(value: Amount): number | undefined {
	return value === '' ? undefined : Number(value);
}

/** `Current:mA=mc` → name, unit, id. A colon within the name stays there when what follows is no unit. */
function columnOf(text: string): NamedColumn {
	const [, name, unit, id] = /^(.+?)(?::([A-Za-zµμ°]+))?(?:=([A-Za-z0-9_-][A-Za-z0-9._-]*))?$/.exec(text.trim()) ?? [];
	return { name: name ?? text, unit, id };
}
