function figures = read_recording(folder)
% Reads a Microjoule recording, in MATLAB or Octave 7 and later, and prints each channel's figures as JSON.
% folder is .../recordings/<id>. Lost samples are NaN.
info = jsondecode(fileread(fullfile(folder, 'recording.json')));
figures = struct('name', {}, 'count', {}, 'lost', {}, 'average', {}, 'integral', {});
for k = 1:numel(info.channels)
  channel = info.channels(k);
  if iscell(channel), channel = channel{1}; end
  name = [channel.device '.' channel.id];
  file = fopen(fullfile(folder, [name '.f32']), 'r', 'ieee-le');
  samples = fread(file, Inf, 'single=>double');
  fclose(file);
  if info.finished, samples = samples(1:channel.count); end
  valid = samples(~isnan(samples));
  % A sample holds until the next: the sum over time is the sum of samples / rate.
  figures(end + 1) = struct('name', name, 'count', numel(samples), 'lost', numel(samples) - numel(valid), ...
    'average', mean(valid), 'integral', sum(valid) / channel.rate);
end
disp(jsonencode(figures));
end
