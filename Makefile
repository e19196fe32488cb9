# One word for each thing. CI uses the same words (.ci/run).
.PHONY: setup run test lint format bench screenshots messages migrations
UV = python -m uv

setup:
	python -m pip install --quiet uv
	$(UV) sync

run:
	$(UV) run tocsin demo

test:
	$(UV) run pytest

lint:
	$(UV) run ruff check src tests bench docs
	$(UV) run ruff format --check src tests bench docs
	$(UV) run mypy
	$(UV) run lint-imports
	$(UV) run djlint src --lint --quiet

format:
	$(UV) run ruff check --fix src tests bench docs
	$(UV) run ruff format src tests bench docs

bench:
	$(UV) run python -m bench

screenshots:
	$(UV) run python docs/screenshots.py

# Keys of the moment: Django's commands want some, and seal nothing here.
KEYS = TOCSIN_KEYS=$$($(UV) run tocsin keys 2>/dev/null | sed -n 's/^TOCSIN_KEYS=//p') \
	  TOCSIN_DIGEST_KEY=$$($(UV) run tocsin keys 2>/dev/null | sed -n 's/^TOCSIN_DIGEST_KEY=//p')

messages:
	cd src/tocsin && $(KEYS) \
	  sh -c '$(UV) run tocsin makemessages -l fr --no-wrap --no-obsolete --add-location file && $(UV) run tocsin compilemessages -l fr'

migrations:
	$(KEYS) $(UV) run tocsin makemigrations
