"""Sentiment by mention, the corrections that teach it and what is learned from them. Rewrites no table."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0001_initial'),
        ('monitoring', '0002_documents_without_words'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Correction',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('label', models.CharField(choices=[('positive', 'positive'), ('neutral', 'neutral'), ('negative', 'negative'), ('unsure', 'unsure')], max_length=8)),
                ('shown', models.CharField(blank=True, choices=[('positive', 'positive'), ('neutral', 'neutral'), ('negative', 'negative'), ('unsure', 'unsure')], max_length=8)),
                ('text', models.TextField()),
                ('language', models.CharField(blank=True, max_length=20)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
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
            ],
        ),
        migrations.CreateModel(
            name='SentimentState',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('learns', models.BooleanField(default=True)),
                ('judged_by', models.CharField(blank=True, max_length=40)),
                ('rescored_from', models.BigIntegerField(null=True)),
                ('rescored_to', models.BigIntegerField(null=True)),
                ('refit_at', models.DateTimeField(null=True)),
            ],
        ),
        migrations.AddField(
            model_name='mention',
            name='judged_by',
            field=models.CharField(blank=True, db_default='', default='', max_length=40),
        ),
        migrations.AddField(
            model_name='mention',
            name='negative',
            field=models.FloatField(null=True),
        ),
        migrations.AddField(
            model_name='mention',
            name='positive',
            field=models.FloatField(null=True),
        ),
        migrations.AddField(
            model_name='mention',
            name='sentiment',
            field=models.CharField(blank=True, choices=[('positive', 'positive'), ('neutral', 'neutral'), ('negative', 'negative'), ('unsure', 'unsure')], db_default='', default='', max_length=8),
        ),
        migrations.AddField(
            model_name='correction',
            name='mention',
            field=models.OneToOneField(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='correction', to='monitoring.mention'),
        ),
        migrations.AddField(
            model_name='correction',
            name='project',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='corrections', to='accounts.project'),
        ),
        migrations.AddField(
            model_name='correction',
            name='user',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='sentimentlayer',
            name='project',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='sentiment_layers', to='accounts.project'),
        ),
        migrations.AddField(
            model_name='sentimentstate',
            name='layer',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='monitoring.sentimentlayer'),
        ),
        migrations.AddField(
            model_name='sentimentstate',
            name='project',
            field=models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='sentiment_state', to='accounts.project'),
        ),
        migrations.AddConstraint(
            model_name='sentimentlayer',
            constraint=models.UniqueConstraint(fields=('project', 'number'), name='one_layer_per_number'),
        ),
    ]
