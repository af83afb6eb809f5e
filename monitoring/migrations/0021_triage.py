"""Store what a team sets for documents, their tags, and which activity entries are about them. New tables only."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0006_encrypt_two_factor_keys'),
        ('monitoring', '0020_raw_items'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='DocumentActivity',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('before', models.JSONField(default=dict)),
                ('document', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='activity', to='monitoring.document')),
                ('entry', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='documents', to='accounts.activityentry')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('document', 'entry'), name='one_entry_per_document')],
            },
        ),
        migrations.CreateModel(
            name='MentionTag',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('tag', models.CharField(max_length=50)),
                ('document', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='tags', to='monitoring.document')),
                ('project', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.project')),
            ],
            options={
                'indexes': [models.Index(fields=['project', 'tag'], include=('document',), name='tag_by_project')],
                'constraints': [models.UniqueConstraint(fields=('document', 'tag'), name='one_tag_per_document')],
            },
        ),
        migrations.CreateModel(
            name='Triage',
            fields=[
                ('document', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='triage', serialize=False, to='monitoring.document')),
                ('is_founded', models.BooleanField(null=True)),
                ('reason', models.CharField(blank=True, choices=[('spam', 'Spam'), ('not_founded', 'Not founded'), ('resolved', 'Already resolved'), ('troll', 'Troll'), ('no_reply', 'No reply needed'), ('other', 'Other')], db_default='', max_length=20)),
                ('reason_note', models.CharField(blank=True, db_default='', max_length=300)),
                ('snoozed_until', models.DateTimeField(null=True)),
                ('due_at', models.DateTimeField(null=True)),
                ('first_replied_at', models.DateTimeField(null=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('assignee', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('project', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.project')),
                ('replied_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(fields=['project'], name='triage_by_project'), models.Index(condition=models.Q(('assignee__isnull', False)), fields=['assignee', 'project'], name='triage_by_assignee'), models.Index(condition=models.Q(('replied_by__isnull', False)), fields=['replied_by', 'project'], name='triage_by_replier'), models.Index(condition=models.Q(('is_founded__isnull', False)), fields=['project', 'is_founded'], name='triage_by_founded'), models.Index(condition=models.Q(('snoozed_until__isnull', False)), fields=['project', 'snoozed_until'], name='triage_by_snooze'), models.Index(condition=models.Q(('due_at__isnull', False)), fields=['project', 'due_at'], name='triage_by_due'), models.Index(condition=models.Q(('first_replied_at__isnull', False)), fields=['project', 'first_replied_at'], name='triage_by_reply')],
                'constraints': [models.CheckConstraint(condition=models.Q(('reason__in', ['', 'spam', 'not_founded', 'resolved', 'troll', 'no_reply', 'other'])), name='triage_reason_known')],
            },
        ),
    ]
