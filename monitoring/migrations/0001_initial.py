import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


# Long texts are compressed with lz4 where the server can, and not at all where it cannot (the embedded one): Postgres'
# own pglz was half of the cost of storing a document, 116 against 55 us on documents of 4 kB.
QUICK_TEXTS = """
DO $$ BEGIN
    ALTER TABLE monitoring_document ALTER COLUMN text SET COMPRESSION lz4, ALTER COLUMN html SET COMPRESSION lz4;
EXCEPTION WHEN feature_not_supported THEN
    ALTER TABLE monitoring_document ALTER COLUMN text SET STORAGE EXTERNAL, ALTER COLUMN html SET STORAGE EXTERNAL;
END $$;
"""


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Document',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('platform', models.CharField(default='feed', max_length=30)),
                ('address_key', models.UUIDField()),
                ('url', models.TextField(blank=True)),
                ('title', models.TextField(blank=True)),
                ('text', models.TextField(blank=True)),
                ('html', models.TextField(blank=True)),
                ('author', models.TextField(blank=True)),
                ('author_url', models.TextField(blank=True)),
                ('followers', models.IntegerField(null=True)),
                ('language', models.CharField(blank=True, max_length=20)),
                ('engagement', models.IntegerField(null=True)),
                ('published', models.DateTimeField()),
                ('fetched_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('search', django.contrib.postgres.search.SearchVectorField(null=True)),
                ('project', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='documents', to='accounts.project')),
            ],
        ),
        migrations.CreateModel(
            name='Source',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('platform', models.CharField(default='feed', max_length=30, verbose_name='platform')),
                ('url', models.CharField(max_length=2000, verbose_name='address')),
                ('host', models.CharField(blank=True, max_length=300)),
                ('title', models.CharField(blank=True, max_length=300, verbose_name='title')),
                ('site_url', models.CharField(blank=True, max_length=2000)),
                ('language', models.CharField(blank=True, max_length=20)),
                ('state', models.CharField(choices=[('active', 'active'), ('paused', 'paused'), ('stopped', 'stopped')], default='active', max_length=10)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('next_poll_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('claimed_by', models.UUIDField(blank=True, null=True)),
                ('claimed_until', models.DateTimeField(blank=True, null=True)),
                ('interval_s', models.PositiveIntegerField(default=900)),
                ('fixed_interval_s', models.PositiveIntegerField(blank=True, null=True)),
                ('last_polled_at', models.DateTimeField(blank=True, null=True)),
                ('last_success_at', models.DateTimeField(blank=True, null=True)),
                ('last_new_at', models.DateTimeField(blank=True, null=True)),
                ('failures', models.PositiveIntegerField(default=0)),
                ('failing_since', models.DateTimeField(blank=True, null=True)),
                ('error_code', models.CharField(blank=True, max_length=40)),
                ('error_detail', models.CharField(blank=True, max_length=500)),
                ('etag', models.CharField(blank=True, max_length=500)),
                ('last_modified', models.CharField(blank=True, max_length=100)),
                ('body_hash', models.BinaryField(default=b'', max_length=32)),
                ('moved_to', models.CharField(blank=True, max_length=2000)),
                ('moved_count', models.PositiveSmallIntegerField(default=0)),
                ('hints', models.JSONField(default=dict)),
                ('project', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='sources', to='accounts.project')),
            ],
        ),
        migrations.CreateModel(
            name='DocumentSource',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('native_key', models.UUIDField()),
                ('published', models.DateTimeField()),
                ('document', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='seen_at', to='monitoring.document')),
                ('source', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='monitoring.source')),
            ],
        ),
        migrations.AddField(
            model_name='document',
            name='source',
            field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='monitoring.source'),
        ),
        migrations.CreateModel(
            name='Topic',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=100, verbose_name='name')),
                ('kind', models.CharField(choices=[('brand', 'brand'), ('competitor', 'competitor'), ('subject', 'subject')], default='brand', max_length=10, verbose_name='kind')),
                ('query', models.TextField(max_length=10000, verbose_name='query')),
                ('languages', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=8), blank=True, default=list, size=None, verbose_name='languages')),
                ('platforms', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=30), blank=True, default=list, size=None, verbose_name='platforms')),
                ('is_paused', models.BooleanField(default=False)),
                ('version', models.PositiveIntegerField(default=1)),
                ('backfilled_to', models.BigIntegerField(blank=True, null=True)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('project', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='topics', to='accounts.project')),
            ],
        ),
        migrations.CreateModel(
            name='Mention',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('published', models.DateTimeField()),
                ('found_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('platform', models.CharField(default='feed', max_length=30)),
                ('author', models.CharField(blank=True, max_length=200)),
                ('language', models.CharField(blank=True, max_length=20)),
                ('engagement', models.IntegerField(null=True)),
                ('status', models.CharField(choices=[('to_review', 'to review'), ('to_answer', 'to answer'), ('answered', 'answered'), ('ignored', 'ignored')], default='to_review', max_length=10)),
                ('is_backlog', models.BooleanField(default=False)),
                ('document', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='mentions', to='monitoring.document')),
                ('source', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='monitoring.source')),
                ('topic', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='mentions', to='monitoring.topic')),
            ],
        ),
        migrations.AddIndex(
            model_name='source',
            index=models.Index(condition=models.Q(('state', 'active')), fields=['next_poll_at'], name='source_due'),
        ),
        migrations.AddIndex(
            model_name='source',
            index=models.Index(condition=models.Q(('claimed_by__isnull', False)), fields=['host'], name='source_claimed'),
        ),
        migrations.AddConstraint(
            model_name='source',
            constraint=models.UniqueConstraint(fields=('project', 'url'), name='one_source_per_address'),
        ),
        migrations.AddConstraint(
            model_name='source',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['active', 'paused', 'stopped'])), name='source_state_known'),
        ),
        migrations.AddIndex(
            model_name='documentsource',
            index=models.Index(fields=['source', 'published'], name='seen_by_source'),
        ),
        migrations.AddConstraint(
            model_name='documentsource',
            constraint=models.UniqueConstraint(fields=('source', 'native_key'), name='one_document_per_native_id'),
        ),
        migrations.AddIndex(
            model_name='document',
            index=models.Index(fields=['project', '-id'], name='document_by_project'),
        ),
        migrations.AddIndex(
            model_name='document',
            index=models.Index(fields=['fetched_at'], name='document_by_age'),
        ),
        migrations.AddIndex(
            model_name='document',
            index=django.contrib.postgres.indexes.GinIndex(fastupdate=True, fields=['search'], name='document_search'),
        ),
        migrations.AddConstraint(
            model_name='document',
            constraint=models.UniqueConstraint(fields=('project', 'address_key'), name='one_document_per_address'),
        ),
        migrations.AddConstraint(
            model_name='topic',
            constraint=models.UniqueConstraint(fields=('project', 'name'), name='one_topic_per_name'),
        ),
        migrations.AddConstraint(
            model_name='topic',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['brand', 'competitor', 'subject'])), name='topic_kind_known'),
        ),
        migrations.AddIndex(
            model_name='mention',
            index=models.Index(fields=['topic', 'published', 'id'], include=('platform', 'source', 'author', 'language', 'engagement', 'status', 'document'), name='mention_covering'),
        ),
        migrations.AddIndex(
            model_name='mention',
            index=models.Index(fields=['topic', 'found_at'], include=('status', 'is_backlog', 'document'), name='mention_by_discovery'),
        ),
        migrations.AddConstraint(
            model_name='mention',
            constraint=models.UniqueConstraint(fields=('document', 'topic'), name='one_mention_per_topic_and_document'),
        ),
        migrations.AddConstraint(
            model_name='mention',
            constraint=models.CheckConstraint(condition=models.Q(('status__in', ['to_review', 'to_answer', 'answered', 'ignored'])), name='mention_status_known'),
        ),
        migrations.RunSQL(QUICK_TEXTS, migrations.RunSQL.noop),
    ]
