import django.db.models.deletion
import django.utils.timezone
import uuid
from django.conf import settings
from django.db import migrations, models


TAKE_OVER = """
ALTER TABLE alerts_delivery RENAME TO delivery_delivery;
ALTER TABLE delivery_delivery ADD COLUMN IF NOT EXISTS channel varchar(20) DEFAULT 'email' NOT NULL;
ALTER TABLE delivery_delivery ADD COLUMN IF NOT EXISTS is_external boolean DEFAULT false NOT NULL;
ALTER TABLE delivery_delivery ALTER COLUMN recipient TYPE varchar(500);
DROP INDEX IF EXISTS delivery_due;
CREATE INDEX delivery_due ON delivery_delivery (channel, next_attempt_at) WHERE state IN ('pending', 'sending');
"""


class CreateOrTakeOver(migrations.CreateModel):
    """Create the table, or take over the one that the alerts app had until 21 November 2026.

    The changes rewrite no row (a constant default, a longer varchar), and the table has at most 180 days of messages.
    """

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        with schema_editor.connection.cursor() as cursor:
            tables = schema_editor.connection.introspection.table_names(cursor)
        if "alerts_delivery" in tables:
            schema_editor.execute(TAKE_OVER)
        else:
            super().database_forwards(app_label, schema_editor, from_state, to_state)


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        # Where that refuses to upgrade an old database, its table of deliveries stays as it is too.
        ('accounts', '0002_activity_log'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        CreateOrTakeOver(
            name='Delivery',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ('key', models.CharField(max_length=200, unique=True)),
                ('kind', models.CharField(choices=[('digest', 'Digest'), ('incident', 'Alert'), ('message', 'Account email')], max_length=10)),
                ('channel', models.CharField(db_default='email', default='email', max_length=20)),
                ('recipient', models.CharField(max_length=500)),
                ('is_external', models.BooleanField(db_default=False, default=False)),
                ('subject', models.CharField(max_length=300)),
                ('text', models.TextField()),
                ('html', models.TextField(blank=True)),
                ('headers', models.JSONField(default=dict)),
                ('message_id', models.CharField(max_length=200)),
                ('window_start', models.DateTimeField(blank=True, null=True)),
                ('window_end', models.DateTimeField(blank=True, null=True)),
                ('state', models.CharField(choices=[('pending', 'Queued'), ('sending', 'Sending'), ('sent', 'Sent'), ('failed', 'Failed'), ('kept', 'Not sent')], default='pending', max_length=10)),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('next_attempt_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('sent_at', models.DateTimeField(blank=True, null=True)),
                ('error_code', models.CharField(blank=True, max_length=40)),
                ('error', models.CharField(blank=True, max_length=500)),
                ('project', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='deliveries', to='accounts.project')),
                ('user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='deliveries', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('state__in', ['pending', 'sending'])), fields=['channel', 'next_attempt_at'], name='delivery_due'), models.Index(fields=['-created_at'], name='delivery_by_time')],
            },
        ),
    ]
