"""Add authors, what a team notes about them, and the author of documents: a column without constraint or default."""

import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.core.validators
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0006_encrypt_two_factor_keys'),
        ('monitoring', '0029_response_times'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='AuthorCheck',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
            ],
        ),
        migrations.CreateModel(
            name='AuthorNote',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('text', models.TextField(max_length=2000)),
                ('version', models.PositiveIntegerField(default=1)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('updated_at', models.DateTimeField(default=django.utils.timezone.now)),
            ],
        ),
        migrations.CreateModel(
            name='AuthorSettings',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('days', models.PositiveSmallIntegerField(db_default=90, default=90, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(730)], verbose_name='Period of the labels (days)')),
                ('regular_mentions', models.PositiveSmallIntegerField(db_default=5, default=5, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(1000)], verbose_name='Regular: at least this many mentions')),
                ('detractor_mentions', models.PositiveSmallIntegerField(db_default=3, default=3, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(1000)], verbose_name='Detractor: at least this many negative mentions')),
                ('detractor_share', models.PositiveSmallIntegerField(db_default=50, default=50, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(100)], verbose_name='Detractor: at least this share of negative mentions (%)')),
                ('ambassador_mentions', models.PositiveSmallIntegerField(db_default=3, default=3, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(1000)], verbose_name='Ambassador: at least this many positive mentions')),
                ('ambassador_share', models.PositiveSmallIntegerField(db_default=60, default=60, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(100)], verbose_name='Ambassador: at least this share of positive mentions (%)')),
                ('return_days', models.PositiveSmallIntegerField(db_default=180, default=180, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(3650)], verbose_name='Returning: no mention for this many days')),
                ('welcome_days', models.PositiveSmallIntegerField(db_default=30, default=30, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(365)], verbose_name='Welcome queue: authors of the last days')),
                ('backfilled_to', models.BigIntegerField(null=True)),
                ('walked_to', models.BigIntegerField(null=True)),
                ('walked_at', models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='AuthorTag',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('tag', models.CharField(max_length=50)),
            ],
        ),
        migrations.CreateModel(
            name='Author',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('platform', models.CharField(max_length=30)),
                ('site', models.CharField(blank=True, db_default='', default='', max_length=255)),
                ('key', models.UUIDField()),
                ('name', models.CharField(blank=True, max_length=200)),
                ('handle', models.CharField(blank=True, max_length=200)),
                ('url', models.TextField(blank=True)),
                ('followers', models.IntegerField(null=True)),
                ('mention_count', models.IntegerField(db_default=0, default=0)),
                ('first_at', models.DateTimeField(null=True)),
                ('last_at', models.DateTimeField(null=True)),
                ('is_regular', models.BooleanField(db_default=False, default=False)),
                ('is_detractor', models.BooleanField(db_default=False, default=False)),
                ('is_ambassador', models.BooleanField(db_default=False, default=False)),
                ('welcome_at', models.DateTimeField(null=True)),
                ('greeted_at', models.DateTimeField(null=True)),
                ('refreshed_at', models.DateTimeField(null=True)),
                ('erased_at', models.DateTimeField(null=True)),
                ('search', django.contrib.postgres.search.SearchVectorField(null=True)),
                ('greeted_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('project', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='authors', to='accounts.project')),
            ],
        ),
        migrations.AddField(
            model_name='document',
            name='written_by',
            field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='documents', to='monitoring.author'),
        ),
        migrations.AddField(
            model_name='authorcheck',
            name='author',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='monitoring.author'),
        ),
        migrations.AddField(
            model_name='authornote',
            name='author',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='notes', to='monitoring.author'),
        ),
        migrations.AddField(
            model_name='authornote',
            name='user',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='authorsettings',
            name='project',
            field=models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='author_settings', to='accounts.project'),
        ),
        migrations.AddField(
            model_name='authortag',
            name='author',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='tags', to='monitoring.author'),
        ),
        migrations.AddField(
            model_name='authortag',
            name='project',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.project'),
        ),
        migrations.AddIndex(
            model_name='author',
            index=models.Index(fields=['project', 'id'], name='author_by_id'),
        ),
        migrations.AddIndex(
            model_name='author',
            index=models.Index(condition=models.Q(('mention_count__gt', 0)), fields=['project', '-mention_count', '-id'], name='author_by_mentions'),
        ),
        migrations.AddIndex(
            model_name='author',
            index=models.Index(condition=models.Q(('mention_count__gt', 0)), fields=['project', '-last_at', '-id'], name='author_by_last'),
        ),
        migrations.AddIndex(
            model_name='author',
            index=models.Index(condition=models.Q(('followers__isnull', False), ('mention_count__gt', 0)), fields=['project', '-followers', '-id'], name='author_by_followers'),
        ),
        migrations.AddIndex(
            model_name='author',
            index=models.Index(condition=models.Q(('welcome_at__isnull', False)), fields=['project', '-welcome_at', '-id'], name='author_by_welcome'),
        ),
        migrations.AddIndex(
            model_name='author',
            index=models.Index(fields=['project', 'name'], name='author_by_name'),
        ),
        migrations.AddIndex(
            model_name='author',
            index=models.Index(condition=models.Q(('erased_at__isnull', False)), fields=['erased_at'], name='author_erased'),
        ),
        migrations.AddIndex(
            model_name='author',
            index=django.contrib.postgres.indexes.GinIndex(fastupdate=True, fields=['search'], name='author_search'),
        ),
        migrations.AddConstraint(
            model_name='author',
            constraint=models.UniqueConstraint(fields=('project', 'key'), name='one_author_per_identity'),
        ),
        migrations.AddIndex(
            model_name='authortag',
            index=models.Index(fields=['project', 'tag'], include=('author',), name='author_tag_by_project'),
        ),
        migrations.AddConstraint(
            model_name='authortag',
            constraint=models.UniqueConstraint(fields=('author', 'tag'), name='one_tag_per_author'),
        ),
    ]
