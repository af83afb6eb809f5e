"""The initial migration of delivery/ also upgrades databases whose deliveries belonged to the alerts package."""

from importlib import import_module

from django.db import connection

from delivery.models import Delivery
from tests.delivery.helpers import write

BEFORE = """
SET CONSTRAINTS ALL IMMEDIATE;
DROP INDEX delivery_due;
ALTER TABLE delivery_delivery DROP COLUMN channel, DROP COLUMN is_external;
ALTER TABLE delivery_delivery ALTER COLUMN recipient TYPE varchar(254);
ALTER TABLE delivery_delivery RENAME TO alerts_delivery;
CREATE INDEX delivery_due ON alerts_delivery (next_attempt_at) WHERE state IN ('pending', 'sending');
"""


def test_initial_migration_takes_over_deliveries_of_alerts_package(db):
    delivery = write()
    with connection.cursor() as cursor:
        cursor.execute(BEFORE)
    operation = import_module("delivery.migrations.0001_initial").Migration.operations[0]
    with connection.schema_editor(atomic=False) as editor:
        operation.database_forwards("delivery", editor, None, None)
    taken_over = Delivery.objects.get()
    assert (taken_over.pk, taken_over.channel, taken_over.is_external) == (delivery.pk, "email", False)
    assert write("test:2", recipient="https://hooks.example/" + "x" * 400, is_external=True)
    with connection.cursor() as cursor:
        constraints = connection.introspection.get_constraints(cursor, "delivery_delivery")
    assert constraints["delivery_due"]["columns"] == ["channel", "next_attempt_at"]
