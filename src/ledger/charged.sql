-- Version 5: what the budget was charged for a call, with what failed before it. `cost_nano` stays what the provider
-- reported; where it reported nothing, the charge is the most that it can have been. Older rows know only the cost.
ALTER TABLE calls ADD COLUMN charged_nano INTEGER;
