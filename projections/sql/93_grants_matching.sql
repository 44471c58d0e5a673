-- The matching worker keeps sketches and blocks, and says what it found of pairs of strands; of what others keep it reads who decided what of whom.
grant usage on schema public to mash_matcher;
grant select on sketch, sketch_told, sketch_due, block, comparison, log_position to mash_matcher;
grant select on identity_said, split_part to mash_matcher;
grant insert on sketch, sketch_told, sketch_due, block, comparison, log_position to mash_matcher;
grant update (stands) on sketch to mash_matcher;
grant update (comparison_id, outcome, record, said) on comparison to mash_matcher;
grant update (next) on log_position to mash_matcher;
grant select, insert, update (edition) on compared_edition to mash_matcher;
grant delete on sketch_due, block to mash_matcher;
-- Whoever asks how far the workers are sees who is due and what waits to be said, and nothing of a sketch.
grant select on sketch_due, comparison to mash_reader;
