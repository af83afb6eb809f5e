import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0001_initial'),
        ('monitoring', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Rule',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('sentiment', models.CharField(blank=True, choices=[(None, 'All mentions'), ('negative', 'Negative only'), ('neutral', 'Neutral only'), ('positive', 'Positive only')], db_default='', default='', max_length=8, verbose_name='mentions to count')),
                ('with_uncertain', models.BooleanField(db_default=False, default=False, verbose_name='include uncertain mentions')),
                ('condition', models.CharField(choices=[('above', 'Above a threshold'), ('increase', 'Up by a percentage')], default='above', max_length=10, verbose_name='condition')),
                ('threshold', models.PositiveIntegerField(blank=True, null=True, verbose_name='number of mentions')),
                ('percent', models.PositiveIntegerField(blank=True, null=True, verbose_name='percentage')),
                ('minimum', models.PositiveIntegerField(default=5, verbose_name='minimum number of mentions')),
                ('window_s', models.PositiveIntegerField(choices=[(900, '15 minutes'), (3600, '1 hour'), (21600, '6 hours'), (86400, '24 hours'), (604800, '7 days')], default=3600, verbose_name='time window')),
                ('is_paused', models.BooleanField(default=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('evaluated_at', models.DateTimeField(blank=True, null=True)),
                ('created_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('keyword', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='rules', to='monitoring.keyword', verbose_name='keyword')),
                ('project', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='rules', to='accounts.project')),
                ('recipients', models.ManyToManyField(blank=True, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='recipients')),
            ],
        ),
        migrations.CreateModel(
            name='Incident',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('opened_at', models.DateTimeField()),
                ('closed_at', models.DateTimeField(blank=True, null=True)),
                ('acknowledged_at', models.DateTimeField(blank=True, null=True)),
                ('value', models.PositiveIntegerField()),
                ('baseline', models.PositiveIntegerField(default=0)),
                ('peak', models.PositiveIntegerField()),
                ('settings', models.JSONField(default=dict)),
                ('acknowledged_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('rule', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='incidents', to='alerts.rule')),
            ],
        ),
        migrations.CreateModel(
            name='Digest',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('frequency', models.CharField(choices=[('never', 'Never'), ('daily', 'Daily'), ('weekly', 'Weekly')], default='daily', max_length=10, verbose_name='frequency')),
                ('hour', models.PositiveSmallIntegerField(default=8, verbose_name='hour')),
                ('weekday', models.PositiveSmallIntegerField(choices=[(0, 'Monday'), (1, 'Tuesday'), (2, 'Wednesday'), (3, 'Thursday'), (4, 'Friday'), (5, 'Saturday'), (6, 'Sunday')], default=0, verbose_name='day')),
                ('send_empty', models.BooleanField(default=False, verbose_name='send even when there’s nothing new')),
                ('sent_until', models.DateTimeField(default=django.utils.timezone.now)),
                ('project', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='digests', to='accounts.project')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='digests', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('project', 'user'), name='one_digest_per_person_and_project'), models.CheckConstraint(condition=models.Q(('hour__lt', 24), ('weekday__lt', 7)), name='digest_time_possible')],
            },
        ),
        migrations.AddConstraint(
            model_name='rule',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('condition', 'above'), ('threshold__isnull', False)), models.Q(('condition', 'increase'), ('percent__gt', 0), ('percent__isnull', False)), _connector='OR'), name='rule_has_its_number'),
        ),
        migrations.AddConstraint(
            model_name='rule',
            constraint=models.CheckConstraint(condition=models.Q(('sentiment__in', ['', 'negative', 'neutral', 'positive'])), name='rule_sentiment_known'),
        ),
        migrations.AddIndex(
            model_name='incident',
            index=models.Index(fields=['rule', '-opened_at'], name='incident_by_rule'),
        ),
        migrations.AddConstraint(
            model_name='incident',
            constraint=models.UniqueConstraint(condition=models.Q(('closed_at', None)), fields=('rule',), name='one_open_incident_per_rule'),
        ),
    ]
