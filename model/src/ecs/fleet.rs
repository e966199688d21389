//! The tasks of a service at one instant, as its scheduler counts them.

use crate::data_plane::TaskId;

/// A task that is PENDING or RUNNING.
#[derive(Debug, Clone, Copy)]
pub(super) struct Member {
    pub(super) id: TaskId,
    /// Its Availability Zone, from 0.
    pub(super) zone: usize,
    pub(super) standing: Standing,
    /// Of the revision that the service is to have.
    pub(super) is_current: bool,
    /// Protected from scale-in and deployments.
    pub(super) is_protected: bool,
}

/// How far a task counts, in the order in which tasks are given up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Standing {
    /// RUNNING, and a healthy target.
    Healthy,
    /// RUNNING, and not a healthy target yet.
    Unproven,
    /// Not RUNNING yet.
    Pending,
    /// RUNNING, and to be replaced: it failed its health checks.
    Condemned,
}

/// The tasks of a service that are PENDING or RUNNING.
#[derive(Debug)]
pub(super) struct Fleet {
    members: Vec<Member>,
    zones: usize,
}

impl Fleet {
    pub(super) fn new(members: Vec<Member>, zones: usize) -> Self {
        Self { members, zones }
    }

    /// How many members are like that.
    pub(super) fn count(&self, is: impl Fn(&Member) -> bool) -> u32 {
        self.members.iter().filter(|member| is(member)).count() as u32
    }

    /// All of them.
    pub(super) fn size(&self) -> u32 {
        self.members.len() as u32
    }

    /// Whether that task is a member and not healthy yet.
    pub(super) fn has_unproven(&self, id: TaskId) -> bool {
        let mut unproven = self
            .members
            .iter()
            .filter(|m| matches!(m.standing, Standing::Pending | Standing::Unproven));
        unproven.any(|member| member.id == id)
    }

    /// Members in each Availability Zone.
    pub(super) fn by_zone(&self) -> Vec<u32> {
        let mut zones = vec![0; self.zones];
        for member in &self.members {
            zones[member.zone] += 1;
        }
        zones
    }

    /// Takes up to `count` of the members that are like that, to be stopped:
    /// PENDING ones first, then those from the zone with most tasks (ECS
    /// developer guide, service scheduler: scale-in keeps the zones balanced),
    /// and the youngest of them. The order within a zone AWS does not document
    /// for Fargate; nor does it say that PENDING tasks come first: both are our
    /// choice. Protected tasks are never taken.
    pub(super) fn give_up(&mut self, count: u32, is: impl Fn(&Member) -> bool) -> Vec<TaskId> {
        let mut zones = self.by_zone();
        let mut may_go: Vec<Member> = self
            .members
            .iter()
            .filter(|member| !member.is_protected && is(member))
            .copied()
            .collect();
        let mut taken = Vec::new();
        while (taken.len() as u32) < count
            && let Some(next) = may_go
                .iter()
                .enumerate()
                .max_by_key(|(_, m)| (m.standing == Standing::Pending, zones[m.zone], m.id))
                .map(|(index, _)| index)
        {
            let member = may_go.remove(next);
            zones[member.zone] -= 1;
            taken.push(member.id);
        }
        self.members.retain(|member| !taken.contains(&member.id));
        taken
    }

    /// Takes `count` of the condemned members, the youngest first: they are
    /// not needed any more.
    pub(super) fn discard(&mut self, count: u32) -> Vec<TaskId> {
        let condemned = self.members.iter().rev().filter(|m| m.standing == Standing::Condemned);
        let taken: Vec<_> = condemned.take(count as usize).map(|member| member.id).collect();
        self.members.retain(|member| !taken.contains(&member.id));
        taken
    }

    /// Takes the oldest of the condemned members, if there is one.
    pub(super) fn discard_oldest(&mut self) -> Option<TaskId> {
        let oldest = self.members.iter().position(|m| m.standing == Standing::Condemned)?;
        Some(self.members.remove(oldest).id)
    }
}
