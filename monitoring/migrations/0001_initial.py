import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

# The embedded Postgres has no lz4; without either setting, pglz was half of the cost of storing a document.
COMPRESS_TEXTS = """
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
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
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
            name='Keyword',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=100, verbose_name='name')),
                ('type', models.CharField(choices=[('brand', 'Brand'), ('competitor', 'Competitor'), ('topic', 'Topic')], default='brand', max_length=10, verbose_name='type')),
                ('query', models.TextField(max_length=10000, verbose_name='query')),
                ('languages', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=8), blank=True, default=list, size=None, verbose_name='languages')),
                ('platforms', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=30), blank=True, default=list, size=None, verbose_name='platforms')),
                ('is_paused', models.BooleanField(default=False)),
                ('version', models.PositiveIntegerField(default=1)),
                ('backfilled_to', models.BigIntegerField(blank=True, null=True)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('project', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='keywords', to='accounts.project')),
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
                ('status', models.CharField(choices=[('to_review', 'To review'), ('needs_reply', 'Needs reply'), ('replied', 'Replied'), ('ignored', 'Ignored')], default='to_review', max_length=20)),
                ('is_backlog', models.BooleanField(default=False)),
                ('sentiment', models.CharField(blank=True, choices=[('positive', 'Positive'), ('neutral', 'Neutral'), ('negative', 'Negative'), ('uncertain', 'Uncertain')], db_default='', default='', max_length=10)),
                ('negative', models.FloatField(null=True)),
                ('positive', models.FloatField(null=True)),
                ('analyzed_by', models.CharField(blank=True, db_default='', default='', max_length=40)),
                ('document', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='mentions', to='monitoring.document')),
                ('keyword', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='mentions', to='monitoring.keyword')),
            ],
        ),
        migrations.CreateModel(
            name='Correction',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('label', models.CharField(choices=[('positive', 'Positive'), ('neutral', 'Neutral'), ('negative', 'Negative'), ('uncertain', 'Uncertain')], max_length=10)),
                ('shown', models.CharField(blank=True, choices=[('positive', 'Positive'), ('neutral', 'Neutral'), ('negative', 'Negative'), ('uncertain', 'Uncertain')], max_length=10)),
                ('text', models.TextField()),
                ('language', models.CharField(blank=True, max_length=20)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('project', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='corrections', to='accounts.project')),
                ('user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('mention', models.OneToOneField(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='correction', to='monitoring.mention')),
            ],
        ),
        migrations.CreateModel(
            name='SentimentLayer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField()),
                ('model', models.CharField(max_length=40)),
                ('weights', models.BinaryField()),
                ('corrections', models.PositiveIntegerField()),
                ('accuracy_before', models.FloatField()),
                ('accuracy_after', models.FloatField()),
                ('is_better', models.BooleanField()),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('project', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='sentiment_layers', to='accounts.project')),
            ],
        ),
        migrations.CreateModel(
            name='SentimentState',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('learns', models.BooleanField(default=True)),
                ('analyzed_by', models.CharField(blank=True, max_length=40)),
                ('rescored_from', models.BigIntegerField(null=True)),
                ('rescored_to', models.BigIntegerField(null=True)),
                ('refit_at', models.DateTimeField(null=True)),
                ('layer', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='monitoring.sentimentlayer')),
                ('project', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='sentiment_state', to='accounts.project')),
            ],
        ),
        migrations.CreateModel(
            name='Source',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('platform', models.CharField(default='feed', max_length=30, verbose_name='platform')),
                ('url', models.CharField(max_length=2000, verbose_name='URL')),
                ('host', models.CharField(blank=True, max_length=300)),
                ('title', models.CharField(blank=True, max_length=300, verbose_name='title')),
                ('site_url', models.CharField(blank=True, max_length=2000)),
                ('language', models.CharField(blank=True, max_length=20)),
                ('state', models.CharField(choices=[('active', 'Active'), ('paused', 'Paused'), ('stopped', 'Stopped')], default='active', max_length=10)),
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
        migrations.AddField(
            model_name='mention',
            name='source',
            field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='monitoring.source'),
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
        migrations.AddConstraint(
            model_name='keyword',
            constraint=models.UniqueConstraint(fields=('project', 'name'), name='one_keyword_per_name'),
        ),
        migrations.AddConstraint(
            model_name='keyword',
            constraint=models.CheckConstraint(condition=models.Q(('type__in', ['brand', 'competitor', 'topic'])), name='keyword_type_known'),
        ),
        migrations.AddConstraint(
            model_name='sentimentlayer',
            constraint=models.UniqueConstraint(fields=('project', 'number'), name='one_layer_per_number'),
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
            model_name='mention',
            index=models.Index(fields=['keyword', 'published', 'id'], include=('platform', 'source', 'author', 'language', 'engagement', 'status', 'sentiment', 'document'), name='mention_by_keyword'),
        ),
        migrations.AddIndex(
            model_name='mention',
            index=models.Index(fields=['keyword', 'found_at'], include=('status', 'is_backlog', 'sentiment', 'document'), name='mention_by_find'),
        ),
        migrations.AddIndex(
            model_name='mention',
            index=models.Index(condition=models.Q(('sentiment', '')), fields=['id'], name='mention_unanalyzed'),
        ),
        migrations.AddConstraint(
            model_name='mention',
            constraint=models.UniqueConstraint(fields=('document', 'keyword'), name='one_mention_per_keyword_and_document'),
        ),
        migrations.AddConstraint(
            model_name='mention',
            constraint=models.CheckConstraint(condition=models.Q(('status__in', ['to_review', 'needs_reply', 'replied', 'ignored'])), name='mention_status_known'),
        ),
        migrations.AddConstraint(
            model_name='mention',
            constraint=models.CheckConstraint(condition=models.Q(('sentiment__in', ['', 'positive', 'neutral', 'negative', 'uncertain'])), name='mention_sentiment_known'),
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
            index=models.Index(fields=['project', '-published', '-id'], name='document_by_time'),
        ),
        migrations.AddIndex(
            model_name='document',
            index=django.contrib.postgres.indexes.GinIndex(fastupdate=True, fields=['search'], name='document_search'),
        ),
        migrations.AddIndex(
            model_name='document',
            index=models.Index(condition=models.Q(('search__isnull', True)), fields=['id'], name='document_unsearched'),
        ),
        migrations.AddConstraint(
            model_name='document',
            constraint=models.UniqueConstraint(fields=('project', 'address_key'), name='one_document_per_address'),
        ),
        migrations.RunSQL(COMPRESS_TEXTS, migrations.RunSQL.noop),
    ]
